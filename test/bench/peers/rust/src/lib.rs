//! The peer in Rust: two headers and a constant to filter state, as the crate's own examples are written.
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

proxy_wasm::main! {{
    proxy_wasm::set_http_context(|_, _| Box::new(Attributes));
}}

struct Attributes;

impl Context for Attributes {}

impl HttpContext for Attributes {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        let user = self.get_http_request_header("x-user-id");
        let user = user.as_deref().unwrap_or("anonymous");
        self.set_property(vec!["meshspan.user.id"], Some(user.as_bytes()));
        if let Some(tenant) = self.get_http_request_header("x-tenant-id") {
            self.set_property(vec!["meshspan.tenant.id"], Some(tenant.as_bytes()));
        }
        self.set_property(vec!["meshspan.cluster"], Some(b"bench"));
        Action::Continue
    }
}
