//! The `proscenium-viewer` program: see [`viewer`].
fn main() -> std::process::ExitCode {
    viewer::main()
}
