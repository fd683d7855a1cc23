import Testing
import Values

@testable import HostSystem

@Suite struct HTTPClientTests {
  private let plain = "HTTP/1.1 200 OK\r\nX-Thing:  a b \r\nContent-Length: 5\r\n\r\nhello"

  private func failure(_ request: HTTPRequest) async -> HTTPError? {
    do throws(HTTPError) {
      _ = try await HTTPClient.send(request)
      return nil
    } catch { return error }
  }

  private func request(_ server: TinyServer) -> HTTPRequest {
    HTTPRequest(url: Secret(server.url + "/hook/s3cr3t?key=t0ken"))
  }

  @Test func statusHeadersAndBodyComeBack() async throws {
    let server = try TinyServer { [plain] _ in plain }
    let response = try await HTTPClient.send(request(server))
    #expect(response.status == 200)
    #expect(response.header("x-thing") == "a b")
    #expect(response.text == "hello")
  }

  @Test func aServerErrorIsAnAnswer() async throws {
    let server = try TinyServer { _ in "HTTP/1.1 500 Broken\r\nContent-Length: 4\r\n\r\noops" }
    let response = try await HTTPClient.send(request(server))
    #expect(response.status == 500)
    #expect(response.text == "oops")
  }

  /// The server answers with the request as it saw it.
  private func echo() throws -> TinyServer {
    try TinyServer { "HTTP/1.1 200 OK\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PROPFIND"])
  func methodHeadersAndBodyReachTheServer(method: String) async throws {
    let server = try echo()
    var request = request(server)
    request.method = method
    request.headers = [HTTPHeader("Authorization", "Bearer abc"), HTTPHeader("X-Empty", "")]
    request.body = Array("the body".utf8)
    let seen = try await HTTPClient.send(request).text
    #expect(seen.hasPrefix("\(method) /hook/s3cr3t?key=t0ken HTTP/1.1\r\n"))
    #expect(seen.contains("\r\nAuthorization: Bearer abc\r\n"))
    #expect(seen.contains("\r\nX-Empty:\r\n"))
    #expect(seen.contains("\r\nContent-Length: 8\r\n"))
    #expect(!seen.contains("Expect:") && !seen.contains("Content-Type:"))
    #expect(seen.hasSuffix("\r\n\r\nthe body"))
  }

  @Test func anEmptyBodyIsSentAsSuch() async throws {
    let server = try echo()
    var request = request(server)
    request.method = "POST"
    request.body = []
    #expect(try await HTTPClient.send(request).text.contains("\r\nContent-Length: 0\r\n"))
  }

  @Test func aHeadRequestWaitsForNoBody() async throws {
    let server = try TinyServer { [plain] text in text.hasPrefix("HEAD ") ? plain : nil }
    var request = request(server)
    request.method = "HEAD"
    let response = try await HTTPClient.send(request)
    #expect(response.status == 200)
    #expect(response.body.isEmpty)
  }

  @Test func aRedirectionIsFollowedOnlyOnDemand() async throws {
    let server = try TinyServer { [plain] text in
      text.hasPrefix("GET /next ")
        ? plain : "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"
    }
    var request = request(server)
    #expect(try await HTTPClient.send(request).status == 302)
    request.followRedirects = true
    let response = try await HTTPClient.send(request)
    #expect(response.text == "hello")
    #expect(response.header("location") == nil)
  }

  @Test func aRedirectionToAFileIsNotFollowed() async throws {
    let server = try TinyServer { _ in
      "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
    }
    var request = request(server)
    request.followRedirects = true
    #expect(await failure(request)?.code == .badAnswer)
  }

  @Test func aHangingServerEndsAtTheTimeLimit() async throws {
    let server = try TinyServer { _ in nil }
    var request = request(server)
    request.timeout = .milliseconds(200)
    let error = await failure(request)
    #expect(error?.code == .timedOut)
    #expect(error?.description == "`127.0.0.1:\(server.port)`: no complete answer within 200ms")
  }

  @Test func cancellationEndsTheWaitForAHangingServer() async throws {
    let reached = CancellationFlag()
    let server = try TinyServer { _ in
      reached.cancel()
      return nil
    }
    var request = request(server)
    request.timeout = .seconds(600)
    let task = Task { [request] in await failure(request) }
    #expect(await eventually { reached.isCancelled })
    task.cancel()
    #expect(await task.value?.code == .cancelled)
  }

  @Test func aTruncatedBodyIsAnError() async throws {
    let server = try TinyServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" }
    let error = await failure(request(server))
    #expect(error?.code == .badAnswer)
    #expect(error?.reason == "the connection broke off before the end of the answer")
  }

  @Test func anAnswerThatIsNotHTTPIsAnError() async throws {
    let server = try TinyServer { _ in "220 smtp.example.net ESMTP\r\n" }
    #expect(await failure(request(server))?.code == .badAnswer)
  }

  @Test func aConnectionClosedWithoutAnAnswerIsAnError() async throws {
    let server = try TinyServer { _ in "" }
    #expect(await failure(request(server))?.reason == "the connection was closed without an answer")
  }

  @Test func aBodyLongerThanAllowedIsAnError() async throws {
    let server = try TinyServer { [plain] _ in plain }
    var request = request(server)
    request.maxBodyBytes = 4
    let error = await failure(request)
    #expect(error?.code == .tooLarge)
    #expect(error?.reason == "the answer is longer than 4 B")
  }

  @Test func nobodyListeningIsSaidWithHostAndReasonAlone() async throws {
    let port = try TinyServer.closedPort()
    let error = await failure(
      HTTPRequest(url: Secret("http://user:pw@127.0.0.1:\(port)/hook/s3cr3t?key=t0ken")))
    #expect(error?.code == .notConnected)
    #expect(error?.description == "`127.0.0.1:\(port)`: could not connect: connection refused")
  }

  @Test(arguments: [
    "ftp://host/x", "file:///etc/passwd", "host/x", "http://", "http://a b/", "http://ho\\st/\r\n",
  ])
  func otherAddressesAreRefusedWithoutBeingShown(url: String) async {
    let error = await failure(HTTPRequest(url: Secret(url)))
    #expect(error?.code == .invalidRequest)
    #expect(error?.description == "the URL is not one of `http://` or `https://`")
  }

  @Test func aHeaderCannotSmuggleAnother() async throws {
    let server = try echo()
    var request = request(server)
    request.headers = [HTTPHeader("X-Token", "s3cr3t\r\nX-Other: 1")]
    let error = await failure(request)
    #expect(error?.code == .invalidRequest)
    #expect(error?.reason == "the value of the header `X-Token` holds a control character")
  }

  @Test func aPrintedRequestShowsMethodAndHostAlone() {
    let request = HTTPRequest(
      "POST", url: Secret("https://hooks.example.net/s3cr3t"), headers: [HTTPHeader("X", "s3cr3t")],
      body: Array("s3cr3t".utf8))
    var dumped = ""
    dump(request, to: &dumped)
    #expect("\(request)" == "POST hooks.example.net")
    #expect(!"\(String(reflecting: request)) \(dumped)".contains("s3cr3t"))
  }

  @Test func aMissingLibraryIsNamedWithItsPackage() {
    var failure: HTTPError?
    do throws(HTTPError) { _ = try CurlLibrary(names: ["libno-such-curl.so.4"]) } catch { failure = error }
    #expect(failure?.code == .libraryMissing)
    #expect(failure?.reason.contains("libno-such-curl.so.4") == true)
    #expect(failure?.reason.hasSuffix("install the package `libcurl4`") == true)
  }
}
