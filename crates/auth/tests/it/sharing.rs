//! Token sharing among several authenticators with one store, as in several processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, pending};
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Clock, Credentials, Error, FakeClock, FileStore, JsonLogin, Lease, Lifetime,
    MemoryStore, Rejection, SecretString, StoredToken, Token, TokenRequest, TokenSource, TokenStore, TokenVersion,
};

use crate::folder::Folder;
use crate::secrets::Log;
use crate::server::{Reply, Server, settled, token, until};

/// Builds one authenticator of a fleet.
fn new_authenticator(server: &Server, clock: &Clock, store: &(impl TokenStore + Clone)) -> Authenticator {
    server.builder().clock(clock.clone()).store(store.clone()).build().expect("an authenticator")
}

fn clock() -> (Clock, FakeClock) {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    (clock, fake)
}

async fn generation(authenticator: &Authenticator) -> keyfob_auth::Generation {
    authenticator.authorization().await.expect("a token").generation()
}

#[tokio::test]
async fn a_fleet_makes_one_request_a_lifetime() {
    let (server, store, (clock, fake)) = (Server::tokens("3600"), MemoryStore::new(), clock());
    let fleet: Vec<_> = (0..20).map(|_| new_authenticator(&server, &clock, &store)).collect();
    // 5 hours. Each refreshes at its own jitter, unless another did so before.
    for _ in 0..300 {
        for authenticator in &fleet {
            token(authenticator).await.expect("a token");
            settled(&fake).await;
        }
        fake.advance(Duration::from_secs(60));
    }
    assert!((5..=7).contains(&server.requests()), "{}", server.requests());
}

#[tokio::test]
async fn a_token_that_the_whole_fleet_rejects_is_replaced_once() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    let (server, clock) = (Server::tokens("3600"), Clock::system());
    let fleet: Vec<_> = (0..10).map(|_| new_authenticator(&server, &clock, &store)).collect();
    let first = join_all(fleet.iter().map(generation)).await;
    assert_eq!(server.requests(), 1);
    let replays = fleet.iter().zip(&first).map(async |(authenticator, generation)| {
        assert_eq!(authenticator.reject(*generation), Rejection::Replay);
        token(authenticator).await.expect("a token")
    });
    assert!(join_all(replays).await.iter().all(|token| token == "t2"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_late_rejection_of_an_old_token_does_not_drop_the_newer_one() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    let (server, (clock, fake)) = (Server::tokens("3600"), clock());
    let fleet: Vec<_> = (0..10).map(|_| new_authenticator(&server, &clock, &store)).collect();
    let mut first = Vec::new();
    for authenticator in &fleet {
        first.push(generation(authenticator).await);
    }
    for (authenticator, generation) in fleet.iter().zip(first) {
        assert_eq!(token(authenticator).await.expect("still cached"), "t1");
        assert_eq!(authenticator.reject(generation), Rejection::Replay);
        assert_eq!(token(authenticator).await.expect("a token"), "t2");
        fake.advance(Duration::from_secs(40));
    }
    assert_eq!(token(&new_authenticator(&server, &clock, &store)).await.expect("a token"), "t2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_disabled_client_costs_a_fleet_two_requests_in_thirty_seconds_however_many_start() {
    let (server, store, (clock, fake)) = (Server::tokens("3600"), MemoryStore::new(), clock());
    for process in 0..20 {
        let authenticator = new_authenticator(&server, &clock, &store);
        let rejection = authenticator.reject(generation(&authenticator).await);
        assert_eq!(rejection, if process == 0 { Rejection::Replay } else { Rejection::Final });
        if rejection == Rejection::Replay {
            assert_eq!(authenticator.reject(generation(&authenticator).await), Rejection::Final);
        }
        fake.advance(Duration::from_secs(1));
    }
    assert_eq!(server.requests(), 2);
    fake.advance(Duration::from_secs(11));
    let authenticator = new_authenticator(&server, &clock, &store);
    assert_eq!(authenticator.reject(generation(&authenticator).await), Rejection::Replay);
}

#[tokio::test]
async fn a_process_that_missed_the_first_of_two_revocations_gets_the_third_token() {
    let (server, store, (clock, fake)) = (Server::tokens("3600"), MemoryStore::new(), clock());
    let [busy, idle] = [(), ()].map(|()| new_authenticator(&server, &clock, &store));
    for authenticator in [&busy, &idle] {
        authenticator.accept(generation(authenticator).await);
    }
    fake.advance(Duration::from_secs(6));
    assert_eq!(busy.reject(generation(&busy).await), Rejection::Replay);
    busy.accept(generation(&busy).await);
    fake.advance(Duration::from_secs(6));
    // The second token is revoked too. The idle process still has the first, and has sent no request with the second.
    for revoked in ["t1", "t2"] {
        assert_eq!(token(&idle).await.expect("a token"), revoked);
        assert_eq!(idle.reject(generation(&idle).await), Rejection::Replay);
    }
    assert_eq!(token(&idle).await.expect("a token"), "t3");
    assert_eq!(busy.reject(generation(&busy).await), Rejection::Replay);
    assert_eq!(token(&busy).await.expect("a token"), "t3");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_token_outlives_its_process_with_its_remaining_lifetime() {
    let folder = Folder::new();
    let (server, (clock, fake)) = (Server::tokens("7200"), clock());
    let open = || FileStore::open(folder.store()).expect("a store");
    assert_eq!(token(&new_authenticator(&server, &clock, &open())).await.expect("a token"), "t1");
    fake.advance(Duration::from_secs(3600));
    let later = new_authenticator(&server, &clock, &open());
    assert_eq!(token(&later).await.expect("a token"), "t1");
    let info = later.token_info().expect("a token");
    assert_eq!(info.lifetime, Some(Duration::from_secs(7200)));
    assert_eq!(info.remaining, Some(Duration::from_secs(3540)), "a minute is reserved for clock differences");
    // A wall clock that is set back by an hour does not extend the lifetime.
    fake.advance(Duration::from_secs(1800));
    fake.set_wall(clock.wall() - Duration::from_secs(3600));
    assert_eq!(later.token_info().expect("a token").remaining, Some(Duration::from_secs(1740)));
    fake.advance(Duration::from_secs(1740 + 3600));
    assert_eq!(token(&new_authenticator(&server, &clock, &open())).await.expect("a token"), "t2");
}

#[tokio::test]
async fn machines_share_tokens_if_their_clocks_differ_by_at_most_a_minute() {
    for (ahead, shared) in [(-61_i64, false), (-60, true), (60, true), (3539, true), (3540, false)] {
        let (server, store) = (Server::tokens("3600"), MemoryStore::new());
        let ((here, _), (there, fake)) = (clock(), clock());
        token(&new_authenticator(&server, &here, &store)).await.expect("a token");
        let by = Duration::from_secs(ahead.unsigned_abs());
        fake.set_wall(if ahead < 0 { here.wall() - by } else { here.wall() + by });
        let shown = token(&new_authenticator(&server, &there, &store)).await.expect("a token");
        assert_eq!(shown, if shared { "t1" } else { "t2" }, "{ahead}");
    }
}

#[tokio::test]
async fn a_shared_refresh_token_avoids_further_logins() {
    let server = Server::start(|request| {
        let number = request.number;
        Reply::json(200, &format!(r#"{{"accessToken":"a{number}","refreshToken":"r{number}"}}"#))
    });
    let (store, (clock, fake)) = (MemoryStore::new(), clock());
    let login = || {
        let login = JsonLogin::new(server.url("/login"), "user", "password").refresh_url(server.url("/refresh"));
        Authenticator::builder(login).clock(clock.clone()).store(store.clone()).build().expect("an authenticator")
    };
    let first = login();
    assert_eq!(token(&first).await.expect("a token"), "a1");
    assert_eq!(token(&login()).await.expect("a token"), "a1", "a token of unknown lifetime is shared as well");
    assert_eq!(first.reject(generation(&first).await), Rejection::Replay);
    // Another process fetches first, with the refresh token from the store.
    fake.advance(Duration::from_secs(40));
    let second = login();
    assert_eq!(second.reject(generation(&second).await), Rejection::Replay);
    assert_eq!(token(&second).await.expect("a token"), "a2");
    assert_eq!(token(&first).await.expect("a token"), "a2");
    let routes: Vec<_> = server.log().iter().map(|request| request.line.clone()).collect();
    assert_eq!(routes, ["POST /login HTTP/1.1", "POST /refresh HTTP/1.1"]);
    let sent = server.log()[1].header("authorization").map(str::to_owned);
    assert_eq!(sent.as_deref(), Some("Bearer r1"));
}

#[tokio::test]
async fn an_application_token_is_shared_and_fetched_once() {
    let server = Server::start(|request| match request.number {
        1 => Reply::json(200, r#"{"accessToken":"a","refreshToken":"r"}"#),
        _ => Reply::json(200, r#"{"token":"application"}"#),
    });
    let folder = Folder::new();
    for _ in 0..5 {
        let login = JsonLogin::new(server.url("/login"), "user", "password").application_token_url(server.url("/app"));
        let store = FileStore::open(folder.store()).expect("a store");
        let authenticator = Authenticator::builder(login).store(store).build().expect("an authenticator");
        assert_eq!(token(&authenticator).await.expect("a token"), "application");
    }
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn other_credentials_have_other_tokens() {
    let (server, store, (clock, _)) = (Server::tokens("3600"), MemoryStore::new(), clock());
    let credentials = server.credentials();
    for (number, credentials) in
        [credentials.clone(), credentials.clone().scope("a"), credentials].into_iter().enumerate()
    {
        let authenticator =
            Authenticator::builder(credentials).clock(clock.clone()).store(store.clone()).build().expect("it");
        assert_eq!(token(&authenticator).await.expect("a token"), ["t1", "t2", "t1"][number]);
    }
}

/// Source of single-use tokens that counts its fetches.
struct Source(Arc<AtomicUsize>);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok(Token::new(format!("t{number}")).lifetime(Lifetime::SingleUse)) }.boxed()
    }

    fn key(&self) -> CacheKey {
        crate::stores::key("once")
    }
}

#[tokio::test]
async fn a_single_use_token_is_not_shared() {
    let (store, fetches) = (MemoryStore::new(), Arc::new(AtomicUsize::new(0)));
    for number in 1..=3 {
        let credentials = Credentials::custom(Source(Arc::clone(&fetches)));
        let authenticator = Authenticator::builder(credentials).store(store.clone()).build().expect("an authenticator");
        assert_eq!(token(&authenticator).await.expect("a token"), format!("t{number}"));
    }
}

/// Store that never responds, or always fails.
#[derive(Clone)]
struct Broken {
    hangs: bool,
    calls: Arc<AtomicUsize>,
}

impl Broken {
    fn fail<T: Send + 'static>(&self) -> BoxFuture<'static, Result<T, Error>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.hangs { pending().boxed() } else { async { Err(Error::unavailable("broken")) }.boxed() }
    }
}

impl TokenStore for Broken {
    fn get<'a>(&'a self, _: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        self.fail()
    }

    fn put_if_newer<'a>(&'a self, _: &'a CacheKey, _: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        self.fail()
    }

    fn invalidate<'a>(
        &'a self,
        _: &'a CacheKey,
        _: TokenVersion,
        _: Option<std::time::SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.fail()
    }

    fn lock<'a>(&'a self, _: &'a CacheKey, _: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        self.fail()
    }
}

#[tokio::test]
async fn a_failing_store_is_logged_once_and_fails_no_call() {
    let log = Log::start();
    let (server, (clock, fake)) = (Server::tokens("3600"), clock());
    let store = Broken { hangs: false, calls: Arc::default() };
    let authenticator = new_authenticator(&server, &clock, &store);
    for number in 1..=5 {
        assert_eq!(token(&authenticator).await.expect("a token"), format!("t{number}"));
        fake.advance(Duration::from_secs(3600));
    }
    assert_eq!(store.calls.load(Ordering::SeqCst), 5, "called once per fetch");
    let text = log.end();
    assert_eq!(text.matches("the token store is unavailable").count(), 1, "{text}");
}

#[tokio::test]
async fn a_store_that_hangs_delays_a_fetch_by_two_seconds_and_fails_no_call() {
    let server = Server::tokens("3600");
    let (clock, fake) = Clock::fake();
    let store = Broken { hangs: true, calls: Arc::default() };
    let authenticator = new_authenticator(&server, &clock, &store);
    let call = tokio::spawn(async move { token(&authenticator).await });
    until("the store is called", || store.calls.load(Ordering::SeqCst) == 1).await;
    assert_eq!(server.requests(), 0);
    fake.advance(Duration::from_secs(2));
    assert_eq!(call.await.expect("no panic").expect("a token"), "t1");
}

#[tokio::test]
async fn a_valid_token_is_returned_without_a_store_operation() {
    let (server, (clock, fake)) = (Server::tokens("3600"), clock());
    let store = Broken { hangs: false, calls: Arc::default() };
    let authenticator = new_authenticator(&server, &clock, &store);
    token(&authenticator).await.expect("a token");
    let calls = store.calls.load(Ordering::SeqCst);
    for _ in 0..1000 {
        fake.advance(Duration::from_secs(2));
        authenticator.authorization().now_or_never().expect("no wait").expect("a token");
    }
    assert_eq!(store.calls.load(Ordering::SeqCst), calls);
}

/// Source whose fetch is refused after another process has stored a token.
struct Overtaken(MemoryStore);

impl TokenSource for Overtaken {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        async {
            self.0.put_if_newer(&self.key(), &crate::stores::stored(5, 9)).await?;
            Err(Error::refused("no", None, None))
        }
        .boxed()
    }

    fn key(&self) -> CacheKey {
        crate::stores::key("overtaken")
    }
}

#[tokio::test]
async fn a_failed_fetch_returns_a_token_that_another_process_stored_meanwhile() {
    let store = MemoryStore::new();
    let credentials = Credentials::custom(Overtaken(store.clone()));
    let authenticator = Authenticator::builder(credentials).store(store).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t9");
}

#[test]
fn bearer_tokens_are_not_stored() {
    let store = Broken { hangs: true, calls: Arc::default() };
    let credentials = Credentials::bearer(SecretString::from("given"));
    let authenticator = Authenticator::builder(credentials).store(store.clone()).build().expect("an authenticator");
    let given = token(&authenticator).now_or_never().expect("no wait").expect("a token");
    assert_eq!((given.as_str(), store.calls.load(Ordering::SeqCst)), ("given", 0));
}
