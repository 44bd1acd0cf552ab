//! What the worst files of each format cost: seconds and memory from the file to its records, beside what is promised.
//!
//! `cargo bench --bench worst --no-default-features` makes each case of `tests/worst/mod.rs` in full size, reads it in a process of its own as
//! `coroner parse` would, and prints the seconds that reading and extraction took and the most memory that the process ever had. Names
//! after `--` choose among the cases: `-- pdf html`. It fails if any case takes more than [`SECONDS`] or [`MEBIBYTES`].

#[path = "../tests/worst/mod.rs"]
mod worst;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use coroner::extract::extract;
use coroner::source::limits::TEXT_BYTES;
use coroner::source::{self, Limits};
use worst::{Case, Size};

const SECONDS: f64 = 2.0;
const MEBIBYTES: f64 = 200.0;
/// A case that takes so long is not waited for.
const LONGEST: Duration = Duration::from_secs(20);
/// How often a case is measured until it is within bounds.
const TRIES: usize = 3;

/// The argument by which the program calls itself.
const ONE: &str = "--one";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [one, file] = args.as_slice()
        && one == ONE
    {
        read(Path::new(file));
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let full = Limits::default().max_bytes as usize;
    println!("{:<52} {:>9} {:>7} {:>8} {:>5}  outcome", "case", "file kB", "read s", "extract", "MiB");
    let mut over = 0;
    let size = |file: usize| worst::cases(Size { file, line: 100 << 20, deep: 10_000 });
    // A text as large as a document may be is read to its end, and one as large as a file may be is refused.
    let texts = size(TEXT_BYTES).filter(|case| (TEXT_BYTES / 2..=TEXT_BYTES).contains(&case.bytes.len()));
    for case in size(full).chain(texts) {
        let name = format!("{}: {}", case.fixture, case.what);
        if args.is_empty() || args.iter().any(|arg| name.contains(arg.as_str())) {
            let mut costs = measure(&case, folder.path());
            // What else the machine does can make a case slow, and nothing can make it fast.
            for _ in 1..TRIES {
                if costs.is_within() || costs.seconds() > 4.0 * SECONDS {
                    break;
                }
                let again = measure(&case, folder.path());
                costs = if again.seconds() < costs.seconds() { again } else { costs };
            }
            over += usize::from(!costs.is_within());
            println!(
                "{name:<52} {:>9.0} {:>7.2} {:>8.2} {:>5.0}{} {:.110}",
                case.bytes.len() as f64 / 1e3,
                costs.read,
                costs.extract,
                costs.mebibytes,
                if costs.is_within() { " " } else { "!" },
                costs.outcome,
            );
        }
    }
    println!("{over} over {SECONDS} s or {MEBIBYTES} MiB");
    ExitCode::from(u8::from(over > 0))
}

/// What a case took.
struct Costs {
    read: f64,
    extract: f64,
    mebibytes: f64,
    outcome: String,
}

impl Costs {
    fn seconds(&self) -> f64 {
        self.read + self.extract
    }

    fn is_within(&self) -> bool {
        self.seconds() <= SECONDS && self.mebibytes <= MEBIBYTES
    }
}

/// Reads the case in a process of its own.
fn measure(case: &Case, folder: &Path) -> Costs {
    let path = folder.join(&case.file);
    std::fs::write(&path, &case.bytes).expect("the temporary folder can be written");
    let this = std::env::current_exe().expect("a program has a path");
    let mut child =
        Command::new(this).arg(ONE).arg(&path).stdout(Stdio::piped()).spawn().expect("this program can be run");
    let began = Instant::now();
    while child.try_wait().expect("the child is ours").is_none() {
        if began.elapsed() > LONGEST {
            child.kill().expect("the child is ours");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("the child is ours");
    std::fs::remove_file(&path).expect("the file is ours");
    let told = String::from_utf8_lossy(&output.stdout);
    let mut parts = told.trim_end().splitn(4, '\t');
    let mut number = || parts.next().and_then(|part| part.parse::<f64>().ok()).unwrap_or(f64::INFINITY);
    let (read, extract, mebibytes) = (number(), number(), number());
    let outcome = parts.next().filter(|_| output.status.success()).unwrap_or("it gave no answer").to_owned();
    Costs { read, extract, mebibytes, outcome }
}

/// Reads the documents of `file` and their records one by one, and prints what that took.
fn read(file: &Path) {
    // What is compiled once in a process is not what the file costs.
    let warm = source::from_text("It failed at 10:00.".to_owned(), "a", "a", None)
        .map(|document| extract(&document).evidence.len());
    std::hint::black_box(warm.ok());
    let (mut documents, mut extracting) = (0u64, 0.0);
    let mut why = Vec::new();
    let began = Instant::now();
    source::read_documents(file, "a", Limits::default(), |read| match read {
        Ok(document) => {
            let began = Instant::now();
            std::hint::black_box(extract(&document).evidence.len());
            extracting += began.elapsed().as_secs_f64();
            documents += 1;
        }
        Err(skipped) if why.len() < 2 => why.push(skipped.why.to_string()),
        Err(_) => {}
    });
    let reading = began.elapsed().as_secs_f64() - extracting;
    println!("{reading}\t{extracting}\t{}\t{documents} documents; {}", peak(), why.join("; ").replace('\n', " "));
}

/// The most memory that this process ever had, in MiB; none where the system does not tell.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}
