//! Object stores: real servers that speak the protocols, and what goes wrong on the way to them.
//!
//! `.ci/run` starts the servers and names them in the environment:
//! - `POPULACE_TEST_S3`: moto's server, which honours every condition,
//! - `POPULACE_TEST_AZURE`: Azurite, which does too,
//! - `POPULACE_TEST_S3_CARELESS`: s3rver, which overwrites whatever the condition.
//!
//! Another S3 server is tried by hand with `POPULACE_TEST_S3_BUCKET`, a bucket that it has, and
//! `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
//!
//! Where a variable is not set, the tests that need it are counted as not run.

mod bulk;
mod careless;
mod damaged;
mod faults;
mod large;
mod proxy;
mod publishing;
mod pulls;
mod rotation;
mod same;
mod server;
mod tampered;
mod writers;
