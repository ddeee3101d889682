import Glibc
internal import RAG

/// The folder that holds the database, uploads and the lock of its one writer.
struct DataFolder: Sendable {
    let path: String

    var database: String { path + "/outcrop.sqlite" }
    var uploads: String { path + "/uploads" }
    /// Uploads on their way in, on the same file system as `uploads`.
    var incoming: String { path + "/incoming" }

    func prepare() throws {
        for folder in [path, uploads, incoming] { try FileSystem.makeFolder(folder) }
    }

    /// What a killed process left half received.
    func removeLeftovers() throws {
        for name in try DirectoryListing(incoming).names { try FileSystem.remove(incoming + "/" + name) }
    }

    func upload(_ filename: String) -> String { uploads + "/" + filename }
}

/// The claim of one process to write a data folder; given up when it goes, even by kill -9.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Throws `OutcropFailure` `.conflict` naming the holder.
    init(_ folder: DataFolder) throws { descriptor = try Self.claim(folder) }

    deinit { close(descriptor) }

    /// Not in `init`: an initializer that throws once every property is set runs `deinit`, which would close a second time
    /// what may be another thread's file by then.
    private static func claim(_ folder: DataFolder) throws -> Int32 {
        let path = folder.path + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileSystem.Failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? FileSystem.contents(path, byteCountMax: 64)).flatMap { $0 }.map {
                String(decoding: $0, as: UTF8.self)
            }
            close(descriptor)
            let name = holder.flatMap { Int($0.filter(\.isNumber)) }.map { "process \($0)" } ?? "another process"
            throw OutcropFailure(
                .conflict, code: "data_folder_in_use",
                "The data folder \(folder.path) is in use by \(name). Stop it, ask it to sync with POST /v1/kb/sync, or choose another folder with OUTCROP_DATA."
            )
        }
        let text = "\(getpid())\n"
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else {
            let failure = FileSystem.Failure("write", path)
            close(descriptor)
            throw failure
        }
        return descriptor
    }
}

/// The names in one folder, without `.` and `..`; those that are no UTF-8 are counted only.
struct DirectoryListing {
    private(set) var names: [String] = []
    private(set) var unreadableNameCount = 0
    /// There are more than `countMax`; the rest was not read.
    private(set) var isTruncated = false

    init(_ path: String, countMax: Int = .max) throws {
        guard let directory = opendir(path) else { throw FileSystem.Failure("opendir", path) }
        defer { closedir(directory) }
        errno = 0
        while let entry = readdir(directory) {
            // d_name is NUL-terminated within the entry, which lives until the next readdir.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            errno = 0
            if name == "." || name == ".." { continue }
            guard names.count + unreadableNameCount < countMax else {
                isTruncated = true
                break
            }
            if let name { names.append(name) } else { unreadableNameCount += 1 }
        }
        if errno != 0 { throw FileSystem.Failure("readdir", path) }
    }
}
