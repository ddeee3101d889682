import OutcropServer

extension Settings {
    /// What the server needs of the settings; makes the signing key in the data folder at first use.
    func serverSettings() throws -> ServerSettings {
        var server = ServerSettings(signingKey: try SigningKey.loadOrCreate(path: data + "/signing.key"), version: Build.version)
        server.host = host
        server.port = port
        server.httpLimits = limits.http
        // The routes hold their own bounds; the transport's must let the largest of them pass, form fields included.
        server.httpLimits.bodyBytesMax = max(limits.jsonBodyBytes, limits.uploadBytes) + 1_048_576
        server.checksHost = auth != .none
        server.apiKeys = auth == .none ? [] : apiKeys
        server.rateLimit = RateLimit(requestsPerMinute: requestsPerMinute, tokensPerMinute: tokensPerMinute)
        server.corsOrigins = corsOrigins
        server.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        server.modelAliases = modelAliases
        server.defaultModel = model
        server.uploadBytesMax = limits.uploadBytes
        server.jsonBodyBytesMax = limits.jsonBodyBytes
        server.jsonBytesInFlightMax = limits.jsonBytesInFlight
        server.keepAliveCommentSeconds = limits.keepAliveCommentSeconds
        server.answersMax = limits.concurrentAnswers
        server.uploadsMax = limits.concurrentUploads
        // Between two requests the sandbox is frozen: a sync would stand still in the middle.
        server.syncsAfterUpload = !isLambda
        return server
    }
}
