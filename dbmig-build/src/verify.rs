//! Proofs over the chain: down undoes up, the models are not ahead.
