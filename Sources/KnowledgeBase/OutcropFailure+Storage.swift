internal import RAG
import SQLite

extension OutcropFailure {
    /// The data folder is not as it must be.
    init(_ error: FileSystem.Failure) {
        self.init(
            .internal, code: "data_folder",
            "\(error.path): \(error.operation): \(error.reason). Check the disk, its free space and OUTCROP_DATA.")
    }

    /// What a person can do about the database's error; nil for what is our own mistake.
    init?(_ error: SQLiteError, database: String) {
        if error.isFull || error.isInputOutput {
            self.init(
                .unavailable, code: "database_not_writable",
                "\(database) cannot be read or written (\(error.message)). Check the disk and its free space, then try again; what was acknowledged is safe."
            )
        } else if error.isDamaged {
            self.init(
                .internal, code: "database_damaged",
                "\(database) is damaged (\(error.message)). Move it away and run `outcrop sync` to make it anew; uploads are kept."
            )
        } else if error.isBusy {
            self.init(
                .unavailable, code: "database_busy", "\(database) is locked by another program. Try again when that is done.",
                retryAfterSeconds: 5)
        } else {
            return nil
        }
    }
}
