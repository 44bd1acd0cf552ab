//! Any bytes through the time engine: no panic, and expressions that keep the promises of `coroner::validate`.
#![no_main]

use coroner::{time, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Err(broken) = validate::expressions(&text, &time::scan(&text)) {
        panic!("{broken}");
    }
});
