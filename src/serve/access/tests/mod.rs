//! The gate as browsers, programs and attackers meet it: over HTTP on loopback.

mod attacks;
mod browser;
mod fake_provider;
mod forged_tokens;
mod log_lines;
mod proxies;
mod real_provider;
mod settings;
mod site;
mod slow_clients;
mod tls;
