//! SQL in: text to tokens, tokens to statements, statements to syntax.
