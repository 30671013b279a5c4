//! Which files are accepted, and what their bytes are.

/// Extensions that are never accepted.
const REFUSED: [&str; 22] = [
    "bat", "cmd", "com", "dll", "exe", "hta", "htm", "html", "jar", "js", "jse", "mht", "mhtml", "msi", "ps1", "scr",
    "sh", "svgz", "vbs", "wsf", "xht", "xhtml",
];
const MAX_SVG: usize = 5 * 1024 * 1024;

/// The file's own name: no folders, no dots or blanks at the end.
pub(super) fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.trim_end_matches(['.', ' ']).trim_start().to_owned()
}

/// The extension in lower case, without the dot.
pub(super) fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())
}

/// Complains about files that the vendor refuses.
pub(super) fn check(name: &str, bytes: &[u8]) -> Result<(), String> {
    let extension = extension(name).unwrap_or_default();
    if name.is_empty() {
        return Err("The file has no name.".to_owned());
    }
    if REFUSED.contains(&extension.as_str()) {
        return Err(format!("Files of type .{extension} are not allowed."));
    }
    let is_named_image = matches!(extension.as_str(), "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" | "tif" | "tiff");
    if is_named_image && !media_type(bytes).is_some_and(|media| media.starts_with("image/")) {
        return Err("The file is named like an image and is none.".to_owned());
    }
    if extension == "svg" {
        if bytes.len() > MAX_SVG {
            return Err("The SVG file is too large: 5 MiB at most.".to_owned());
        }
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let active = ["<script", "javascript:", "<foreignobject", "onload=", "onclick=", "onerror="];
        if active.iter().any(|active| text.contains(active)) {
            return Err("The SVG file has active content.".to_owned());
        }
    }
    Ok(())
}

/// The type of what browsers may show in place: raster images, PDF, video.
pub(super) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, magic: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(magic));
    let known: [(bool, &'static str); 9] = [
        (at(0, b"\x89PNG\r\n\x1a\n"), "image/png"),
        (at(0, b"\xff\xd8\xff"), "image/jpeg"),
        (at(0, b"GIF8"), "image/gif"),
        (at(0, b"BM"), "image/bmp"),
        (at(0, b"RIFF") && at(8, b"WEBP"), "image/webp"),
        (at(0, b"II*\0") || at(0, b"MM\0*"), "image/tiff"),
        (at(0, b"%PDF-"), "application/pdf"),
        (at(4, b"ftyp"), "video/mp4"),
        (at(0, b"\x1a\x45\xdf\xa3"), "video/webm"),
    ];
    known.into_iter().find_map(|(is, media)| is.then_some(media))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_file(name: &str, bytes: &[u8], accepted: bool) {
        assert_eq!(check(&clean_name(name), bytes).is_ok(), accepted, "{name}");
    }

    #[test]
    fn dangerous_and_disguised_files_are_refused() {
        check_file("tegning.pdf", b"%PDF-1.7", true);
        check_file("notat.txt", b"", true);
        check_file("side.HTML", b"x", false);
        check_file("C:\\temp\\side.exe. . ", b"x", false);
        check_file("bilde.png", b"no image", false);
        check_file("bilde.png", b"\x89PNG\r\n\x1a\n", true);
        check_file("ikon.svg", b"<svg/>", true);
        check_file("ikon.svg", b"<svg onload='x()'/>", false);
        check_file("ikon.svg", &vec![b' '; MAX_SVG + 1], false);
        check_file("...", b"", false);
    }
}
