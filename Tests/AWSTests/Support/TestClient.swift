import AWS
import HTTPClient
import Logging
import Synchronization

/// A clock that only moves when somebody sleeps or a test moves it; chance is a constant.
final class ManualClock: Sendable {
    private let state: Mutex<(unixSeconds: Double, uptimeSeconds: Double, sleeps: [Double])>
    private let random: Double

    init(unixSeconds: Double = 1_700_000_000, random: Double = 0.5) {
        state = Mutex((unixSeconds, 1_000, []))
        self.random = random
    }

    var sleeps: [Double] { state.withLock { $0.sleeps } }

    func advance(_ seconds: Double) {
        state.withLock {
            $0.unixSeconds += seconds
            $0.uptimeSeconds += seconds
        }
    }

    var clock: AWSClock {
        AWSClock(
            unixSeconds: { self.state.withLock { $0.unixSeconds } }, uptimeSeconds: { self.state.withLock { $0.uptimeSeconds } },
            sleep: { seconds in
                try Task.checkCancellation()
                self.state.withLock { $0.sleeps.append(seconds) }
                self.advance(seconds)
            },
            random: { self.random })
    }
}

/// Gives one set of credentials after the other, the next when the last was refused.
final class RotatingCredentials: CredentialsProvider {
    private let state: Mutex<(left: [Credentials], refused: [Credentials])>

    init(_ credentials: [Credentials]) { state = Mutex((credentials, [])) }

    var refused: [Credentials] { state.withLock { $0.refused } }

    func credentials() async throws -> Credentials { state.withLock { $0.left[0] } }

    func invalidate(_ refused: Credentials) async {
        state.withLock {
            $0.refused.append(refused)
            if $0.left.count > 1 { $0.left.removeFirst() }
        }
    }
}

extension Credentials {
    static let example = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
}

extension AWSClient {
    /// A client over a script, in us-east-1.
    static func scripted(
        _ transport: ScriptedTransport, clock: ManualClock = ManualClock(),
        credentials: any CredentialsProvider = StaticCredentials(.example), logger: Logger = Logger(label: "test"),
        configure: (inout Configuration) -> Void = { _ in }
    ) -> AWSClient {
        var configuration = Configuration(endpoints: EndpointResolver(environment: ["AWS_REGION": "us-east-1"]))
        configure(&configuration)
        return AWSClient(
            configuration, transport: transport, credentials: credentials, clock: clock.clock, logger: logger)
    }
}
