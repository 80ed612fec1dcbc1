//! The `proscenium` command: see [`renderer::cli`].
fn main() -> std::process::ExitCode {
    renderer::cli::main()
}
