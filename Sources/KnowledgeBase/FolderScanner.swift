internal import Documents
import Glibc

/// Lists the files of one source, sorted by path. Reads folders and file states, no contents.
struct FolderScanner: Sendable {
    struct File: Hashable, Sendable {
        /// Relative to the root, `/` between folders.
        var filename: String
        var path: String
        var stamp: FileStamp
        var byteCount: Int
        /// Of `NAME.metadata.json` beside it.
        var sidecar: FileStamp?
    }

    struct Result: Hashable, Sendable {
        var files: [File] = []
        /// Files passed over: kind not supported, link out of the folder, name no UTF-8.
        var skippedCount = 0
        /// Folders that could not be listed, relative, with `/` behind: nothing is known about what lies below.
        var unreadableFolders: [String] = []
        var isTruncated = false
    }

    static let sidecarSuffix = ".metadata.json"
    /// Folders inside folders; deeper ones count as unreadable.
    static let depthMax = 64
    /// Names of every kind looked at, for each file that may be taken: pictures beside texts, folders, metadata files.
    static let namesPerFileMax = 10

    let root: String
    /// nil takes every extension (uploads).
    let extensions: Set<String>?
    let filesMax: Int
    /// Left out wherever it lies: our own data.
    let excludedFolder: String?

    private var usesSidecars: Bool { extensions != nil }

    init(root: String, extensions: Set<String>?, filesMax: Int, excludedFolder: String? = nil) {
        self.root = root
        self.extensions = extensions
        self.filesMax = filesMax
        self.excludedFolder = excludedFolder
    }

    /// Throws when the root itself cannot be listed.
    func scan() throws -> Result {
        var result = Result()
        let excluded = try excludedFolder.flatMap { try FileSystem.status($0) }
        var pending = [(prefix: "", depth: 0)]
        var (namesLeft, isOverflowing) = filesMax.multipliedReportingOverflow(by: Self.namesPerFileMax)
        if isOverflowing { namesLeft = .max }
        while let (prefix, depth) = pending.popLast(), !result.isTruncated {
            guard let listing = try list(prefix, depth: depth, countMax: namesLeft, &result) else { continue }
            namesLeft -= listing.names.count + listing.unreadableNameCount
            result.isTruncated = listing.isTruncated
            result.skippedCount += listing.unreadableNameCount
            let names = Set(listing.names)
            for name in listing.names.sorted() where name.utf8.first != UInt8(ascii: ".") {
                switch try kind(of: root + "/" + prefix + name, excluded: excluded) {
                case .folder: pending.append((prefix + name + "/", depth + 1))
                case .file(let status): try add(name, in: prefix, status, among: names, to: &result)
                case .other: result.skippedCount += 1
                case .gone, .excluded: break
                }
            }
        }
        result.files.sort { $0.filename < $1.filename }
        return result
    }

    private func list(_ prefix: String, depth: Int, countMax: Int, _ result: inout Result) throws -> DirectoryListing? {
        guard depth <= Self.depthMax else {
            result.unreadableFolders.append(prefix)
            return nil
        }
        do {
            return try DirectoryListing(prefix.isEmpty ? root : root + "/" + prefix, countMax: countMax)
        } catch let failure as FileSystem.Failure where !prefix.isEmpty {
            if !failure.isMissing { result.unreadableFolders.append(prefix) }
            return nil
        }
    }

    private enum Kind { case folder, file(stat), other, gone, excluded }

    /// A symbolic link to a folder is not followed (it could lead in circles), one to a file only inside the root.
    private func kind(of path: String, excluded: stat?) throws -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .gone }
        if let excluded, status.st_dev == excluded.st_dev, status.st_ino == excluded.st_ino { return .excluded }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file(status)
        case S_IFLNK:
            guard let target = Self.resolvedInside(root: root, path: path), stat(target, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { return .other }
            return .file(status)
        default: return .other
        }
    }

    private func add(_ name: String, in prefix: String, _ status: stat, among names: Set<String>, to result: inout Result) throws
    {
        if usesSidecars && Self.isSidecar(name) { return }
        if let extensions, !extensions.contains(Self.fileExtension(name)) {
            result.skippedCount += 1
            return
        }
        guard result.files.count < filesMax else {
            result.isTruncated = true
            return
        }
        let path = root + "/" + prefix + name
        let hasSidecar = usesSidecars && names.contains(name + Self.sidecarSuffix)
        result.files.append(
            File(
                filename: prefix + name, path: path, stamp: FileStamp(status), byteCount: Int(status.st_size),
                sidecar: hasSidecar ? try FileSystem.status(path + Self.sidecarSuffix).map(FileStamp.init) : nil))
    }

    /// By bytes, as are the comparisons below: `hasSuffix` takes canonically equal names for the same and misses a dot with an accent.
    static func isSidecar(_ name: String) -> Bool { name.utf8.suffix(sidecarSuffix.utf8.count).elementsEqual(sidecarSuffix.utf8) }

    /// Lower-case, without the dot; empty without one.
    static func fileExtension(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The real path of a regular file below `root`, nil when it is gone, no file, or leads elsewhere.
    static func resolvedInside(root: String, path: String) -> String? {
        guard let realRoot = realPath(root), let real = realPath(path) else { return nil }
        guard real.utf8.starts(with: (realRoot == "/" ? "/" : realRoot + "/").utf8) else { return nil }
        var status = stat()
        guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return real
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
