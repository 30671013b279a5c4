//! Checks of uploaded files, and detection of their media type.

/// File extensions that are rejected.
const FORBIDDEN_EXTENSIONS: [&str; 22] = [
    "bat", "cmd", "com", "dll", "exe", "hta", "htm", "html", "jar", "js", "jse", "mht", "mhtml", "msi", "ps1", "scr",
    "sh", "svgz", "vbs", "wsf", "xht", "xhtml",
];
const MAX_SVG_BYTES: usize = 5 * 1024 * 1024;

/// Returns the file name without folders and without dots and spaces at the end.
pub(super) fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.trim_end_matches(['.', ' ']).trim_start().to_owned()
}

/// Returns the extension in lower case, without the dot.
pub(super) fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())
}

/// Returns an error message for files that the vendor rejects.
pub(super) fn check(name: &str, bytes: &[u8]) -> Result<(), String> {
    let extension = extension(name).unwrap_or_default();
    if name.is_empty() {
        return Err("The file has no name.".to_owned());
    }
    if FORBIDDEN_EXTENSIONS.contains(&extension.as_str()) {
        return Err(format!("Files of type .{extension} are not allowed."));
    }
    let has_image_extension =
        matches!(extension.as_str(), "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" | "tif" | "tiff");
    if has_image_extension && !media_type(bytes).is_some_and(|media| media.starts_with("image/")) {
        return Err("The file is named like an image and is none.".to_owned());
    }
    if extension == "svg" {
        if bytes.len() > MAX_SVG_BYTES {
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

/// Detects the media type of files that browsers may display: raster images, PDF, video.
pub(super) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let has_magic = |from: usize, magic: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(magic));
    let members: [(bool, &'static str); 9] = [
        (has_magic(0, b"\x89PNG\r\n\x1a\n"), "image/png"),
        (has_magic(0, b"\xff\xd8\xff"), "image/jpeg"),
        (has_magic(0, b"GIF8"), "image/gif"),
        (has_magic(0, b"BM"), "image/bmp"),
        (has_magic(0, b"RIFF") && has_magic(8, b"WEBP"), "image/webp"),
        (has_magic(0, b"II*\0") || has_magic(0, b"MM\0*"), "image/tiff"),
        (has_magic(0, b"%PDF-"), "application/pdf"),
        (has_magic(4, b"ftyp"), "video/mp4"),
        (has_magic(0, b"\x1a\x45\xdf\xa3"), "video/webm"),
    ];
    members.into_iter().find_map(|(matches, media)| matches.then_some(media))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_file(name: &str, bytes: &[u8], accepted: bool) {
        assert_eq!(check(&clean_name(name), bytes).is_ok(), accepted, "{name}");
    }

    #[test]
    fn dangerous_and_disguised_files_are_rejected() {
        check_file("tegning.pdf", b"%PDF-1.7", true);
        check_file("notat.txt", b"", true);
        check_file("side.HTML", b"x", false);
        check_file("C:\\temp\\side.exe. . ", b"x", false);
        check_file("bilde.png", b"no image", false);
        check_file("bilde.png", b"\x89PNG\r\n\x1a\n", true);
        check_file("ikon.svg", b"<svg/>", true);
        check_file("ikon.svg", b"<svg onload='x()'/>", false);
        check_file("ikon.svg", &vec![b' '; MAX_SVG_BYTES + 1], false);
        check_file("...", b"", false);
    }
}
