//! Bytes to text: UTF-8, UTF-16, and windows-1252 or what a page declares where it is neither.
//!
//! Promises: text that is UTF-8 comes back to the letter, without its byte order mark; whatever had to be assumed or
//! repaired is said in a note; what is no text at all is refused with a reason. Leaves to others: formats.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

use super::Skip;

/// How much of a file is looked at to tell text from other data.
const SAMPLE: usize = 64 * 1024;

/// The first bytes of formats that people keep beside their documents.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "an RTF document"),
];

/// The text that `bytes` spell, and notes on what was assumed.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Vec<String>), Skip> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Skip::Binary(format!("it is {what}")));
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(Skip::Encoding("UTF-32"));
    }
    if let Some((encoding, _)) = Encoding::for_bom(&bytes).filter(|(encoding, _)| *encoding != UTF_8) {
        return Ok(decoded(&bytes, encoding));
    }
    if let Some(encoding) = utf16(&bytes) {
        return Ok(decoded(&bytes, encoding));
    }
    check_text(&bytes)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), Vec::new())),
        Err(error) => not_utf8(error.as_bytes()),
    }
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> (String, Vec<String>) {
    let (text, _, malformed) = encoding.decode(bytes);
    let repaired = if malformed { ", with malformed characters replaced" } else { "" };
    (text.into_owned(), vec![format!("decoded from {}{repaired}", encoding.name().to_lowercase())])
}

/// UTF-16 without a mark: in Western text every second byte is zero.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    memchr::memchr(0, sample)?;
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if pairs < 2 || !bytes.len().is_multiple_of(2) {
        None
    } else if odd * 10 >= pairs * 7 && even * 100 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 100 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Refuses data with NULs or with more control characters than a log with colours has.
fn check_text(bytes: &[u8]) -> Result<(), Skip> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if let Some(at) = memchr::memchr(0, sample) {
        return Err(Skip::Binary(format!("it has a NUL byte at offset {at}")));
    }
    // Without jumps, so that many bytes are looked at together: the controls but for tabs, the ends of lines and pages, and escape.
    let is_control = |b: u8| (b < 0x20) & (b != 0x1b) & (b.wrapping_sub(b'\t') > b'\r' - b'\t') | (b == 0x7f);
    let controls: usize = sample
        .chunks(usize::from(u8::MAX))
        .map(|bytes| usize::from(bytes.iter().map(|b| u8::from(is_control(*b))).sum::<u8>()))
        .sum();
    if controls * 50 > sample.len() {
        return Err(Skip::Binary(format!("{controls} of its first {} bytes are control characters", sample.len())));
    }
    Ok(())
}

fn not_utf8(bytes: &[u8]) -> Result<(String, Vec<String>), Skip> {
    if let Some(encoding) = declared(bytes) {
        return Ok(decoded(bytes, encoding));
    }
    let (mut characters, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if characters > broken {
        // UTF-8 that was cut or patched: to take it for windows-1252 would garble every other character.
        let text = String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned();
        return Ok((text, vec![format!("{broken} places are not valid UTF-8 and were replaced")]));
    }
    let high = bytes.iter().filter(|b| !b.is_ascii()).count();
    // A few bytes in Western text tell nothing of their encoding; the many of other scripts do, and pairs of them.
    let guess = guess(bytes);
    let is_western = high * 5 <= bytes.len() && (guess.is_single_byte() || high * 20 <= bytes.len());
    let guess = if is_western { WINDOWS_1252 } else { guess };
    let (text, mut notes) = decoded(bytes, guess);
    if is_western {
        return Ok((text, notes));
    }
    let is_wrong = |c: &char| *c == char::REPLACEMENT_CHARACTER || matches!(c, '\u{80}'..='\u{9f}');
    if text.chars().filter(is_wrong).count() * 50 > high {
        return Err(Skip::Encoding("none that is known"));
    }
    notes.push("that encoding is a guess from the bytes".to_owned());
    Ok((text, notes))
}

/// The encoding that bytes which are no UTF-8 look like.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], bytes.len() <= SAMPLE);
    detector.guess(None, Utf8Detection::Deny)
}

/// A note where the text looks like UTF-8 that a program took for windows-1252: `â€™` for an apostrophe.
pub fn mojibake(text: &str) -> Option<String> {
    static SIGNS: LazyLock<regex::Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests. What UTF-8 begins with, then what its other bytes look like.
        regex::Regex::new("â€[™œ“”\u{9d}˜¦¢]|Ã[\u{80}-\u{bf}©¤¼¶Ÿ]|Â[\u{a0}-\u{bf}]")
            .expect("a literal pattern compiles")
    });
    if text.is_ascii() {
        return None;
    }
    let first = SIGNS.find(text)?.as_str();
    let count = SIGNS.find_iter(text).count();
    (count >= 2)
        .then(|| format!("{count} places look like text decoded wrongly before it came here, such as `{first}`"))
}

/// The encoding that a page or an XML declaration names near its top.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    static CHARSET: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r#"(?i)<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?([\w-]+)"#)
            .expect("a literal pattern compiles")
    });
    let name = CHARSET.captures(&bytes[..bytes.len().min(2048)])?.get(1)?;
    Encoding::for_label(name.as_bytes()).filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAPANESE: &str = "決済サービスで障害が発生しました。原因はデータベースの接続数の上限です。";
    const RUSSIAN: &str = "Сервис платежей был недоступен в течение часа из-за ошибки базы данных.";

    #[test]
    fn text_that_was_decoded_wrongly_before_is_noted() {
        for (text, expected) in [
            ("It wasnâ€™t us, it wasnâ€™t you.", true),
            ("Das fÃ¼r uns mÃ¶gliche.", true),
            ("It wasn’t us. Für uns. § 5. 10 °C", false),
            ("Prés de São Paulo, à Ângra", false),
        ] {
            let note = mojibake(text);
            assert_eq!(note.is_some(), expected, "{text}: {note:?}");
        }
    }

    #[test]
    fn text_is_decoded_and_what_was_assumed_is_noted() {
        let utf16le: Vec<u8> = "Outage naïve".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "Outage naïve".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, text, note) in [
            (b"plain".to_vec(), "plain", ""),
            ("naïve ☃".into(), "naïve ☃", ""),
            (b"\xef\xbb\xbfmarked".to_vec(), "marked", ""),
            ([b"\xff\xfe".to_vec(), utf16le.clone()].concat(), "Outage naïve", "decoded from utf-16le"),
            (utf16le, "Outage naïve", "decoded from utf-16le"),
            (utf16be, "Outage naïve", "decoded from utf-16be"),
            (b"na\xefve \x96 dash".to_vec(), "naïve – dash", "decoded from windows-1252"),
            (
                b"a log of one page \xe9\x0c and another".to_vec(),
                "a log of one page é\x0c and another",
                "decoded from windows-1252",
            ),
            (
                b"\xe2\x98\x83 \xe2\x98\x83 cut \xe2\x98".to_vec(),
                "☃ ☃ cut \u{fffd}",
                "1 places are not valid UTF-8 and were replaced",
            ),
            (b"<meta charset=\"koi8-r\">\xd7".to_vec(), "<meta charset=\"koi8-r\">в", "decoded from koi8-r"),
            (
                encoding_rs::SHIFT_JIS.encode(JAPANESE).0.into_owned(),
                JAPANESE,
                "decoded from shift_jis; that encoding is a guess from the bytes",
            ),
            (
                encoding_rs::WINDOWS_1251.encode(RUSSIAN).0.into_owned(),
                RUSSIAN,
                "decoded from windows-1251; that encoding is a guess from the bytes",
            ),
            (b"".to_vec(), "", ""),
        ] {
            let (decoded, notes) = decode(bytes).unwrap();
            assert_eq!((decoded.as_str(), notes.join("; ").as_str()), (text, note));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_reason() {
        for (bytes, reason) in [
            (b"%PDF-1.7 ...".to_vec(), "binary data: it is a PDF"),
            (b"text\0text".to_vec(), "binary data: it has a NUL byte at offset 4"),
            (b"\x01\x02\x03\x04text".to_vec(), "binary data: 4 of its first 8 bytes are control characters"),
            (b"\xff\xfe\0\0a\0\0\0".to_vec(), "encoded as UTF-32; convert it to UTF-8"),
            ((0x80..=0xff).cycle().take(400).collect(), "encoded as none that is known; convert it to UTF-8"),
        ] {
            assert_eq!(decode(bytes).unwrap_err().to_string(), reason);
        }
    }
}
