//! Bytes as lines of bounded length. A codec of the library ends its stream at a line that is too
//! long; here that is a line like any other, and the next one follows.

use bytes::{Bytes, BytesMut};
use tokio_util::codec::Decoder;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Whole(Bytes),
    TooLong,
}

pub(super) struct Lines {
    bytes_max: usize,
    /// Of what has come and is no whole line yet, how much was looked at.
    looked_at: usize,
    /// In a line that is too long, up to its end.
    is_skipping: bool,
}

impl Lines {
    pub(super) fn up_to(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            looked_at: 0,
            is_skipping: false,
        }
    }

    fn line(&mut self, line: BytesMut) -> Line {
        self.looked_at = 0;
        if std::mem::take(&mut self.is_skipping) || line.len() > self.bytes_max {
            return Line::TooLong;
        }
        Line::Whole(line.freeze())
    }
}

impl Decoder for Lines {
    type Item = Line;
    type Error = std::io::Error;

    fn decode(&mut self, come: &mut BytesMut) -> Result<Option<Line>, Self::Error> {
        let new = come.get(self.looked_at..).unwrap_or_default();
        if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
            let mut line = come.split_to(self.looked_at + end + 1);
            line.truncate(self.looked_at + end);
            return Ok(Some(self.line(line)));
        }
        if come.len() > self.bytes_max {
            come.clear();
            self.is_skipping = true;
        }
        self.looked_at = come.len();
        Ok(None)
    }

    /// The last line need not have an end.
    fn decode_eof(&mut self, come: &mut BytesMut) -> Result<Option<Line>, Self::Error> {
        if let Some(line) = self.decode(come)? {
            return Ok(Some(line));
        }
        if come.is_empty() && !self.is_skipping {
            return Ok(None);
        }
        let rest = come.split();
        Ok(Some(self.line(rest)))
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use tokio_util::codec::FramedRead;

    use super::*;

    /// The lines of `text`, which comes in pieces of `piece` bytes.
    async fn lines(text: &'static str, piece: usize) -> Vec<Line> {
        let (mut to, from) = tokio::io::duplex(piece);
        let send = async move {
            use tokio::io::AsyncWriteExt;
            to.write_all(text.as_bytes()).await.unwrap();
        };
        let read = FramedRead::new(from, Lines::up_to(4))
            .map(Result::unwrap)
            .collect();
        tokio::join!(send, read).1
    }

    #[tokio::test]
    async fn a_line_too_long_is_one_line_and_the_next_is_whole() {
        let whole = |text: &'static str| Line::Whole(Bytes::from(text));
        for piece in [1, 2, 3, 5, 7, 100] {
            assert_eq!(
                lines("ab\n\nlonger than four\nabcd\nend", piece).await,
                [
                    whole("ab"),
                    whole(""),
                    Line::TooLong,
                    whole("abcd"),
                    whole("end")
                ],
                "in pieces of {piece}"
            );
            assert_eq!(lines("never ending", piece).await, [Line::TooLong]);
            assert_eq!(lines("", piece).await, []);
        }
    }
}
