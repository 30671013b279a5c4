//! Code of all generated operations: call options, `send`, `IntoFuture`.

/// Defines the setters of call options for a builder that has them in its field `call`.
///
/// compile-time: the setters are inline, so that only programs that use them compile them.
#[doc(hidden)]
#[macro_export]
macro_rules! call_setters {
    () => {
        /// Replaces all options of this call: timeout, retries, extra headers.
        #[inline]
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.call = options;
            self
        }

        /// Limits each attempt of this call, from connecting to the last byte, in place of the client's own timeout;
        /// see [`CallOptions::timeout`](keyfob_client::CallOptions::timeout).
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.call = self.call.timeout(timeout);
            self
        }

        /// Sends this call once, regardless of the client's retry policy. After a rejected token it is still sent
        /// again, with a new token.
        #[inline]
        pub fn no_retry(mut self) -> Self {
            self.call = self.call.no_retry();
            self
        }

        /// Retries this call until `time` has passed since its start; see
        /// [`CallOptions::retry_for`](keyfob_client::CallOptions::retry_for).
        #[inline]
        pub fn retry_for(mut self, time: ::std::time::Duration) -> Self {
            self.call = self.call.retry_for(time);
            self
        }

        /// Declares this call idempotent, so that it is retried like a read.
        #[inline]
        pub fn idempotent(mut self) -> Self {
            self.call = self.call.idempotent();
            self
        }

        /// Adds a header to this call; see [`CallOptions::header`](keyfob_client::CallOptions::header).
        #[inline]
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.call = self.call.header(name, value);
            self
        }
    };
}

/// Implements call options, `send` and `IntoFuture` for an operation's builder.
#[doc(hidden)]
#[macro_export]
macro_rules! operation {
    ($name:ident, $response:ty, $send:ident) => {
        impl $name {
            $crate::call_setters!();

            /// Sends the request and decodes the response. Awaiting the builder does the same.
            ///
            /// # Errors
            ///
            /// If the request cannot be built, authorized or sent, the service rejects it, or the response contradicts
            /// the API's description: see [`ErrorKind`](keyfob_client::ErrorKind).
            pub fn send(self) -> $crate::ResponseFuture<$response> {
                $crate::codegen::operation_call::$send(&self.session, &Self::OPERATION, &self, &self.call)
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::std::result::Result<$crate::ResponseValue<$response>, $crate::Error>;
            type IntoFuture = $crate::ResponseFuture<$response>;

            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }
    };
}
