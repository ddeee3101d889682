package import HTTPTypes

/// Finds the handler for a method and path. Literal segments win over `:name` ones.
///
/// - The path is chosen first, then the method: where `/d/upload` and `/d/:id` both fit, `/d/upload` decides alone, also when it lacks
///   the method. Comparing from the left, the first segment that differs decides: literal before parameter.
/// - A `:name` takes exactly one segment that is not empty. A trailing slash is another path and not found (`/d/` is not `/d`).
/// - GET also answers HEAD. `OPTIONS` is in every `Allow`: whoever gets `methodNotAllowed` for OPTIONS answers it from that list.
package struct Router: Sendable {
    private enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    private struct Path: Sendable {
        let pattern: String
        let segments: [Segment]
        var handlers: [(method: HTTPRequest.Method, handler: Handler)] = []
    }

    private var paths: [Path] = []
    /// Every registered (method, pattern), for the tests that compare them with openapi.json.
    package private(set) var routes: [(method: HTTPRequest.Method, pattern: String)] = []

    package init() {}

    /// `pattern` such as `/v1/documents/:id/content`; GET also answers HEAD.
    /// A pattern must begin with `/`, a route must be new, and parameters at the same place must have the same name.
    package mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping Handler) {
        let segments = Self.segments(pattern)
        let index = paths.firstIndex { $0.pattern == pattern } ?? insert(Path(pattern: pattern, segments: segments))
        precondition(!paths[index].handlers.contains { $0.method == method }, "\(method) \(pattern) is registered twice")
        paths[index].handlers.append((method, handler))
        routes.append((method, pattern))
    }

    package enum Match: Sendable {
        case handler(Handler, pathParameters: [String: String], pattern: String)
        /// RFC 9110 §15.5.6: the path exists, the methods of `Allow` do.
        case methodNotAllowed(allow: [HTTPRequest.Method])
        case notFound
    }

    /// `segments` are decoded ones (`RequestTarget.segments`).
    package func match(_ method: HTTPRequest.Method, _ segments: [String]) -> Match {
        for path in paths {
            guard let parameters = Self.parameters(path.segments, segments) else { continue }
            guard let handler = Self.handler(path, method) else { return .methodNotAllowed(allow: Self.allow(path)) }
            return .handler(handler, pathParameters: parameters, pattern: path.pattern)
        }
        return .notFound
    }

    private static func segments(_ pattern: String) -> [Segment] {
        precondition(pattern.hasPrefix("/"), "the pattern \(pattern) must begin with a slash")
        if pattern == "/" { return [] }
        return pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            precondition(!part.isEmpty && part != ":", "the pattern \(pattern) has an empty segment")
            return part.hasPrefix(":") ? .parameter(String(part.dropFirst())) : .literal(String(part))
        }
    }

    /// Keeps `paths` so that of two that fit the same request the more literal one stands first. Gives the new path's place.
    private mutating func insert(_ path: Path) -> Int {
        for other in paths {
            precondition(
                !Self.isSameShape(other.segments, path.segments), "\(path.pattern) and \(other.pattern) are the same path")
        }
        let index = paths.firstIndex { Self.precedes(path.segments, $0.segments) } ?? paths.count
        paths.insert(path, at: index)
        return index
    }

    /// An order over all patterns: shorter first, then by the kinds of their segments from the left, literal before parameter.
    private static func precedes(_ left: [Segment], _ right: [Segment]) -> Bool {
        if left.count != right.count { return left.count < right.count }
        for (left, right) in zip(left, right) {
            switch (left, right) {
            case (.literal, .parameter): return true
            case (.parameter, .literal): return false
            default: continue
            }
        }
        return false
    }

    private static func isSameShape(_ left: [Segment], _ right: [Segment]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { left, right in
                if case (.parameter, .parameter) = (left, right) { return true }
                return left == right
            }
    }

    private static func parameters(_ pattern: [Segment], _ segments: [String]) -> [String: String]? {
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, segment) in zip(pattern, segments) {
            switch part {
            case .literal(let literal): guard literal == segment else { return nil }
            case .parameter(let name):
                guard !segment.isEmpty else { return nil }
                parameters[name] = segment
            }
        }
        return parameters
    }

    private static func handler(_ path: Path, _ method: HTTPRequest.Method) -> Handler? {
        let exact = path.handlers.first { $0.method == method }
        if exact == nil, method == .head { return path.handlers.first { $0.method == .get }?.handler }
        return exact?.handler
    }

    private static func allow(_ path: Path) -> [HTTPRequest.Method] {
        var methods = path.handlers.map(\.method)
        if methods.contains(.get), !methods.contains(.head) { methods.append(.head) }
        if !methods.contains(.options) { methods.append(.options) }
        return methods
    }
}
