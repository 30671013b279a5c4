//! Cost of a process: processor time, peak memory, bytes written and temporary space.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Time between two samples of memory and space.
const SAMPLE: Duration = Duration::from_millis(5);

/// Cost of a process that has ended, with its children.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Elapsed time, in seconds.
    pub(super) wall: f64,
    /// Processor time, user and system, in seconds; the kernel counts it in hundredths.
    pub(super) cpu: f64,
    /// Peak resident memory, in bytes, from samples.
    pub(super) peak: u64,
    /// Bytes passed to the kernel by writing system calls, without those of sockets.
    pub(super) written: u64,
    /// Largest size of the watched folder, in bytes, from samples.
    pub(super) space: u64,
}

/// Runs a command to its end. `folder` is watched for its size.
pub(super) fn measure(command: &mut Command, folder: &Path) -> Result<Usage> {
    let log = tempfile(folder, "log");
    let output = fs::File::create(&log)?;
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).spawn()?;
    let sampled = sample(&child, folder, start);
    let status = child.wait()?;
    let text = fs::read_to_string(&log).unwrap_or_default();
    fs::remove_file(&log)?;
    let end: String = text.chars().rev().take(2000).collect::<Vec<_>>().into_iter().rev().collect();
    ensure!(status.success(), "{command:?} failed with {status}: {end}");
    sampled
}

fn tempfile(folder: &Path, extension: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(format!(".{extension}"));
    path.into()
}

/// Samples a process until it has ended, without reaping it, so that its counters remain readable.
fn sample(child: &Child, folder: &Path, start: Instant) -> Result<Usage> {
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let pid = Pid::from_raw(i32::try_from(child.id())?).context("a process has an id")?;
    let mut usage = Usage::default();
    loop {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let ended = waitid(WaitId::Pid(pid), options)?.is_some();
        if ended {
            usage.wall = start.elapsed().as_secs_f64();
        }
        if let Some(peak) = field(&process.join("status"), "VmHWM:") {
            usage.peak = usage.peak.max(peak * 1024);
        }
        if let Some(written) = field(&process.join("io"), "wchar:") {
            usage.written = usage.written.max(written);
        }
        usage.space = usage.space.max(size(folder));
        if ended {
            usage.cpu = processor_time(&fs::read_to_string(process.join("stat"))?)?;
            return Ok(usage);
        }
        std::thread::sleep(SAMPLE);
    }
}

/// Reads the number after a name in a file of `/proc`.
fn field(path: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_whitespace().next()?.parse().ok()
}

/// Returns user and system time of a process and its reaped children from `/proc/PID/stat`.
fn processor_time(stat: &str) -> Result<f64> {
    // Fields 14 to 17, counted after the name in parentheses, which may contain spaces.
    let (_, fields) = stat.rsplit_once(") ").context("a process has a name")?;
    let ticks: u64 = fields.split(' ').skip(11).take(4).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / 100.0)
}

/// Returns the size of all files below a folder, in bytes. Files that disappear meanwhile do not count.
pub(super) fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.filter_map(Result::ok).map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_busy_process_is_measured() {
        let folder = std::env::temp_dir().join(format!("keyfob-bench-process-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be created");
        let mut command = Command::new("sh");
        let script =
            "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; head -c 50000 /dev/zero >\"$0/file\"; sleep 0.1";
        command.args(["-c", script]).arg(&folder);
        let usage = measure(&mut command, &folder).expect("the command succeeds");
        assert!(usage.cpu > 0.01 && usage.wall > 0.1 && usage.peak > 100_000, "{usage:?}");
        assert_eq!(usage.space, 50_000);
        fs::remove_dir_all(&folder).expect("the folder can be removed");
    }

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a ) b) S 1 1 1 0 -1 4194304 100 0 0 0 150 50 25 25 20 0 1 0";
        assert!((processor_time(stat).expect("the line is valid") - 2.5).abs() < 1e-9);
    }
}
