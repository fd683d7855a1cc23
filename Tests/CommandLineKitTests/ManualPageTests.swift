import CommandLineKit
import HostSystem
import Testing

@Suite struct ManualPageTests {
  private let page = ManualPage.roff(
    for: SampleTool.root, version: "1.0",
    sections: [("exit status", "0 when all is well.\n.5 of it is not a request.")])

  @Test func noLineOfTextIsTakenForARequest() {
    let requests = [".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".I", ".RS", ".RE", ".nf", ".fi"]
    for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(requests.contains(String(line.prefix { $0 != " " })))
    }
  }

  @Test func aLineToCopyKeepsItsQuotes() {
    #expect(page.contains(#"tool run \-\-param \(aqa=b\(aq plan.yaml"#))
    #expect(page.contains(#"C:\epath \(dqquoted\(dq \(ti/x \(ha1"#))
  }

  @Test func everyCommandHasASection() {
    for usage in [#"tool run [OPTIONS] PLAN"#, #"tool runs list [OPTIONS]"#, #"tool runs show RUN [STEP]"#] {
      #expect(page.contains(".SS \"\(usage)\""))
    }
    #expect(page.contains(".SH EXIT STATUS"))
  }

  @Test func itRendersWithoutWarnings() async throws {
    let result = try await ChildProcess.run(
      Command(["groff", "-man", "-Tutf8", "-ww", "-P-c"], input: .bytes(Array(page.utf8))))
    #expect(result.status.isSuccess)
    #expect(result.error.text == "")
    #expect(result.output.text.contains("tool run --param 'a=b' plan.yaml"))
    #expect(result.output.text.contains("`first`"))
  }
}
