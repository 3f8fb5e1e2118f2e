//! GitHub's names for people, where something else gives them away.

use crate::input::Owner;

/// GitHub's private addresses carry the login: `12345+login@users.noreply.github.com`.
pub fn of_private_address(email: &str) -> Option<&str> {
    let user = email.strip_suffix("@users.noreply.github.com")?;
    let login = user.split_once('+').map_or(user, |(_, login)| login);
    is_login(login).then_some(login)
}

/// What GitHub takes for a login, or for a bot's: anything else is somebody's invention.
pub fn is_login(text: &str) -> bool {
    text.strip_suffix("[bot]")
        .unwrap_or(text)
        .parse::<Owner>()
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_gives_the_login_away() {
        assert_eq!(
            of_private_address("123+ann@users.noreply.github.com"),
            Some("ann")
        );
        assert_eq!(
            of_private_address("ann@users.noreply.github.com"),
            Some("ann")
        );
        assert_eq!(of_private_address("ann@example.com"), None);
        assert_eq!(
            of_private_address("1+no login@users.noreply.github.com"),
            None
        );
    }
}
