//! Work on many records at once, before their turns come.

/// Records looked into together, at most: enough that starting threads costs nothing beside them.
pub const RECORDS_AHEAD: usize = 4_096;
/// Fewer than this for a thread are not worth one.
const LEAST_A_THREAD: usize = 64;

/// Does `work` for every item, on up to `threads` threads.
pub fn each<T: Send>(items: &mut [T], threads: usize, work: impl Fn(&mut T) + Sync) {
    let part = items.len().div_ceil(threads.max(1)).max(LEAST_A_THREAD);
    std::thread::scope(|scope| {
        let mut parts = items.chunks_mut(part);
        let own = parts.next();
        for part in parts {
            scope.spawn(|| part.iter_mut().for_each(&work));
        }
        own.into_iter().flatten().for_each(&work);
    });
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn every_item_once() {
        for (items, threads) in [(0, 2), (1, 2), (63, 2), (65, 2), (1_000, 3), (1_000, 1), (1_000, 0)] {
            let mut all = vec![0; items];
            each(&mut all, threads, |n| *n += 1);
            assert_eq!(all, vec![1; items], "{items} items on {threads} threads");
        }
    }
}
