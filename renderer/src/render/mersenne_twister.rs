/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), raw 32-bit words: the standard seeds its
/// decorrelators with it.
pub(super) struct MersenneTwister {
    state: [u32; LENGTH],
    next: usize,
}

const LENGTH: usize = 624;
const SHIFT: usize = 397;

impl MersenneTwister {
    /// Seeded by one number, as in the authors' `init_genrand`.
    pub(super) fn new(seed: u32) -> Self {
        let mut state = [seed; LENGTH];
        for index in 1..LENGTH {
            let last = state[index - 1];
            state[index] = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(index as u32);
        }
        Self { state, next: LENGTH }
    }

    fn twist(&mut self) {
        for index in 0..LENGTH {
            let word = (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % LENGTH] & 0x7fff_ffff);
            let odd = if word % 2 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + SHIFT) % LENGTH] ^ (word >> 1) ^ odd;
        }
        self.next = 0;
    }
}

impl Iterator for MersenneTwister {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.next == LENGTH {
            self.twist();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        Some(word ^ (word >> 18))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO C++ [rand.predef]: the 10,000th word of `mt19937` with its default seed.
    #[test]
    fn the_ten_thousandth_word_is_the_standards() {
        assert_eq!(MersenneTwister::new(5489).nth(9999), Some(4_123_659_995));
    }
}
