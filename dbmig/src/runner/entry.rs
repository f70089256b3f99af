//! What a program and `cargo dbmig` call: the entry points of a bundle.

use super::{Options, Report, Request, TransactionMode, drive, read_goal};
use crate::bundle::{Bundle, Revision};
use crate::driver::Driver;
use crate::driver::dialect::dialect;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::lock::session;

impl Bundle<'_> {
    /// Applies a target and all that it needs: `heads`, `+1`, a version.
    ///
    /// # Errors
    ///
    /// Whatever [`Error`] names; the database is at a revision then, unless one runs without a transaction.
    pub fn upgrade<D: Driver>(&self, conn: &mut D, target: &str) -> Result<Report, Error> {
        self.run(conn, Request::Upgrade { targets: &[target] }, Options::default())
    }

    /// Reverts everything that is applied above a target: `-1`, `base`, a version.
    ///
    /// # Errors
    ///
    /// As [`Bundle::upgrade`], and a revision without a way back.
    pub fn downgrade<D: Driver>(&self, conn: &mut D, target: &str) -> Result<Report, Error> {
        self.run(conn, Request::Downgrade { targets: &[target] }, Options::default())
    }

    /// Reverts everything that is applied above a target, usually `-1`, and applies it again.
    ///
    /// # Errors
    ///
    /// As [`Bundle::downgrade`].
    pub fn redo<D: Driver>(&self, conn: &mut D, target: &str) -> Result<Report, Error> {
        self.run(conn, Request::Redo { target }, Options::default())
    }

    /// Makes the ledger say that the database is at a target, without running anything.
    ///
    /// # Errors
    ///
    /// As [`Bundle::upgrade`].
    pub fn stamp<D: Driver>(&self, conn: &mut D, target: &str) -> Result<Report, Error> {
        self.run(conn, Request::Stamp { targets: &[target], purge: false }, Options::default())
    }

    /// Applies the whole chain, in one transaction where every revision allows it: for tests.
    ///
    /// # Errors
    ///
    /// As [`Bundle::upgrade`].
    pub fn create_all<D: Driver>(&self, conn: &mut D) -> Result<Report, Error> {
        let commits = dialect(self.backend).commits;
        let fits = |revision: &Revision<'_>| {
            revision.run_in_transaction && !revision.up.statements.iter().any(|statement| commits(statement.sql))
        };
        let whole = self.revisions.iter().all(fits) && !conn.in_transaction();
        let transaction = if whole { TransactionMode::All } else { TransactionMode::Auto };
        self.run(conn, Request::Upgrade { targets: &["heads"] }, Options { transaction, ..Options::default() })
    }

    /// What a request would do; changes nothing and needs no right to write.
    ///
    /// # Errors
    ///
    /// A request that would be refused before anything ran.
    pub fn plan<D: Driver>(&self, conn: &mut D, request: Request<'_>) -> Result<Report, Error> {
        let timeout = Options::default().lock_timeout;
        session(conn, self, timeout, |conn, session| {
            let ledger = Ledger::of::<D>(self, session);
            Ok(read_goal(self, conn, &ledger, request, timeout)?.report())
        })
    }

    /// Carries out a request.
    ///
    /// # Errors
    ///
    /// As [`Bundle::upgrade`].
    pub fn run<D: Driver>(&self, conn: &mut D, request: Request<'_>, options: Options<'_>) -> Result<Report, Error> {
        let mut options = options;
        session(conn, self, options.lock_timeout, |conn, session| drive(self, conn, session, request, &mut options))
    }
}
