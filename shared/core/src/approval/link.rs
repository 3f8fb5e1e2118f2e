//! One-time links to approvals. A link names an approval and is signed over all that it stands for; it is good
//! until that is decided, or its time is over.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::view::Approval;
use crate::config::StateKey;
use crate::input::WorkflowId;
use crate::workflow::Tenant;

/// What all of their paths begin with.
const ROOT: &str = "/approvals/";

/// Keeps these signatures apart from all others that the same key makes.
const PURPOSE: &[u8] = b"idwo approval link 1";

/// Of HMAC-SHA256.
const SIGNATURE_BYTES: usize = 32;

pub struct LinkKey(Hmac<Sha256>);

/// What a path says. Whether it is true [`LinkKey::is_of`] knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Of one run, and never of the newest.
    pub approval: WorkflowId,
    /// In hexadecimal.
    pub signature: String,
}

impl Link {
    /// Whether a path is of links, true ones or not.
    pub fn is_at(path: &str) -> bool {
        path.starts_with(ROOT)
    }

    /// `None` for what no link looks like.
    pub fn of(path: &str) -> Option<Self> {
        let (approval, signature) = path.strip_prefix(ROOT)?.split_once('/')?;
        let is_of_one_run = approval.contains('~');
        bytes(signature).filter(|_| is_of_one_run)?;
        Some(Self {
            approval: approval.parse().ok()?,
            signature: signature.to_owned(),
        })
    }
}

impl LinkKey {
    /// # Errors
    /// Where the key cannot sign.
    pub fn of(key: &StateKey) -> Result<Self, InvalidLength> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose())?;
        mac.update(PURPOSE);
        Ok(Self(mac))
    }

    /// Where `approval` is decided, below the address of the server.
    pub fn path(&self, tenant: &Tenant, approval: &Approval) -> String {
        let signature = self.mac(tenant, approval).finalize().into_bytes();
        format!("{ROOT}{}/{}", approval.id, HEXLOWER.encode(&signature))
    }

    /// Whether `signature`, in hexadecimal, was made for this very approval: not for another plan, run or tenant.
    pub fn is_of(&self, tenant: &Tenant, approval: &Approval, signature: &str) -> bool {
        bytes(signature).is_some_and(|signature| {
            let mac = self.mac(tenant, approval);
            mac.verify_slice(&signature).is_ok()
        })
    }

    fn mac(&self, tenant: &Tenant, approval: &Approval) -> Hmac<Sha256> {
        let plan_hash = &approval.request.plan_hash;
        let signed = json!([
            tenant,
            approval.id,
            approval.uid,
            plan_hash,
            approval.expires_at
        ]);
        let mut mac = self.0.clone();
        mac.update(signed.to_string().as_bytes());
        mac
    }
}

/// Of 64 digits in lower case: a signature is written in one way only.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let bytes = HEXLOWER.decode(hex.as_bytes()).ok()?;
    (bytes.len() == SIGNATURE_BYTES).then_some(bytes)
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

/// Without the signature: it is a credential.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({}, …)", self.approval)
    }
}
