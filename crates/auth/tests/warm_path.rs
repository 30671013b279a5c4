//! A call with a valid token does not allocate. A separate test program, because it counts allocations.

use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{Authenticator, Clock, Credentials, Lifetime, SecretString, Token, TokenRequest, TokenSource};

struct Source;

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> keyfob_auth::BoxFuture<'a, Result<Token, keyfob_auth::Error>> {
        async { Ok(Token::new("x".repeat(1200)).lifetime(Lifetime::For(Duration::from_secs(3600)))) }.boxed()
    }

    fn key(&self) -> keyfob_auth::CacheKey {
        keyfob_auth::CacheKey::new(["test"], &SecretString::from("secret"))
    }
}

fn allocations(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}

fn call(authenticator: &Authenticator) {
    let authorization = authenticator.authorization().now_or_never().expect("no wait").expect("a token");
    assert_eq!(authorization.generation().number(), 1);
}

#[test]
fn a_call_with_a_valid_token_does_not_allocate_even_when_it_reads_the_wall_clock() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (clock, fake) = Clock::fake();
    for clock in [Clock::system(), clock] {
        let authenticator =
            Authenticator::builder(Credentials::custom(Source)).clock(clock).build().expect("an authenticator");
        runtime.block_on(authenticator.authorization()).expect("a token");
        call(&authenticator);
        assert_eq!(allocations(|| (0..100_000).for_each(|_| call(&authenticator))), 0);
        let rechecks = allocations(|| {
            for _ in 0..1000 {
                fake.advance(Duration::from_secs(2));
                call(&authenticator);
            }
        });
        // The `metrics` gauge allocates twice for each recheck.
        let gauges = if cfg!(feature = "metrics") { 2000 } else { 0 };
        assert_eq!(rechecks.saturating_sub(gauges), 0);
    }
    assert!(allocations(|| drop(vec![1_u8; 10])) > 0, "the allocator counts");
}
