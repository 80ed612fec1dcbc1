/// a · b + c, in one step where the processor has one: what `fused` says, for the version of a function that is compiled.
#[inline(always)]
pub(super) fn multiply_add(a: f64, b: f64, c: f64, fused: bool) -> f64 {
    if fused { a.mul_add(b, c) } else { a * b + c }
}
