//! A thread that notices when an input takes too long.

use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use dbmig::Backend;

use super::Target;

/// What is running, and since when.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    current: Arc<Mutex<Option<(Instant, String)>>>,
    /// A file that holds the input that is running: what is left of a crash that can't be caught.
    file: Option<PathBuf>,
}

impl Watch {
    /// A watch that ends the process when an input takes longer than `limit`, after writing it to `hang`.
    ///
    /// With `file`, each input is written there before it is tried.
    pub fn new(limit: Duration, hang: PathBuf, file: Option<PathBuf>) -> Watch {
        let watch = Watch { current: Arc::default(), file };
        let current = Arc::clone(&watch.current);
        thread::spawn(move || {
            loop {
                thread::sleep(limit / 10);
                let Ok(running) = current.lock() else { return };
                let Some((since, input)) = &*running else { continue };
                if since.elapsed() > limit {
                    let kept = std::fs::write(&hang, input).is_ok();
                    eprintln!("an input of {} bytes takes longer than {limit:?}", input.len());
                    eprintln!("{}", if kept { hang.display().to_string() } else { input.clone() });
                    process::exit(3);
                }
            }
        });
        watch
    }

    /// Runs something on an input of a target.
    pub fn during<T>(&self, input: &str, target: Target, backend: Backend, run: impl FnOnce() -> T) -> T {
        let text = || format!("-- {target} {backend}\n{input}");
        if let Some(file) = &self.file {
            // Without it the search goes on as well.
            drop(std::fs::write(file, text()));
        }
        self.set(Some((Instant::now(), text())));
        let result = run();
        self.set(None);
        result
    }

    fn set(&self, to: Option<(Instant, String)>) {
        if let Ok(mut current) = self.current.lock() {
            *current = to;
        }
    }
}
