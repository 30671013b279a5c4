//! A square PNG of one colour, uncompressed.

/// Encodes an image of `side` by `side` pixels, at most 100: the data must fit a single stored block.
pub(super) fn encode(side: u32, [red, green, blue]: [u8; 3]) -> Vec<u8> {
    // Each line starts with its filter type, 0 for no filter.
    let mut line = vec![0];
    (0..side).for_each(|_| line.extend([red, green, blue]));
    let pixels: Vec<u8> = (0..side).flat_map(|_| line.iter().copied()).collect();
    let mut data = vec![0x78, 0x01, 0x01];
    let length = u16::try_from(pixels.len()).expect("a small image");
    data.extend(length.to_le_bytes());
    data.extend((!length).to_le_bytes());
    data.extend(&pixels);
    data.extend(adler(&pixels).to_be_bytes());
    let mut head = Vec::new();
    head.extend(side.to_be_bytes());
    head.extend(side.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", head), (b"IDAT", data), (b"IEND", Vec::new())] {
        file.extend(u32::try_from(content.len()).expect("a small image").to_be_bytes());
        let start = file.len();
        file.extend(kind);
        file.extend(content);
        let sum = crc(&file[start..]);
        file.extend(sum.to_be_bytes());
    }
    file
}

/// Returns the size of an image, in bytes.
pub(super) fn size(side: u32) -> u32 {
    side * (1 + 3 * side) + 68
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_as_long_as_announced() {
        assert_eq!(encode(16, [1, 2, 3]).len(), usize::try_from(size(16)).unwrap());
    }

    #[test]
    fn the_sums_are_the_published_ones() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
