// swift-tools-version: 6.2
import PackageDescription

/// Which target may import which also stands in docs/architecture/layers.txt, where `make check` holds every
/// `import` line against it: the package manager lets undeclared transitive imports through.
let package = Package(
  name: "drplan",
  products: [
    .executable(name: "drplan", targets: ["drplan"]),
    .executable(name: "orders-example", targets: ["OrdersExample"]),
  ],
  targets: [
    // C libraries: a module map and a shim header each. Only HostSystem and PlanSyntax import them.
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CISAL", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CSystemShims"),

    .target(name: "Values"),
    .target(name: "Diagnostics", dependencies: ["Values"]),
    .target(name: "PlanSyntax", dependencies: ["CYAML", "Values", "Diagnostics"]),
    .target(name: "Declarations", dependencies: ["PlanSyntax", "Values", "Diagnostics"]),
    .target(name: "RunEvents", dependencies: ["Values"]),
    .target(name: "BackendKit", dependencies: ["Declarations", "RunEvents", "Values", "Diagnostics"]),
    .target(
      name: "PlanModel", dependencies: ["BackendKit", "Declarations", "RunEvents", "Values", "Diagnostics"]),
    .target(
      name: "PlanLoading",
      dependencies: [
        "PlanModel", "BackendKit", "Declarations", "PlanSyntax", "RunEvents", "Values", "Diagnostics",
      ]),
    .target(
      name: "StepGraph",
      dependencies: ["PlanModel", "BackendKit", "Declarations", "RunEvents", "Values", "Diagnostics"]),
    .target(
      name: "Execution",
      dependencies: ["StepGraph", "PlanModel", "BackendKit", "Declarations", "RunEvents", "Values"]),
    .target(
      name: "HostSystem",
      dependencies: ["CSQLite", "CZlib", "CISAL", "CCrypto", "CSystemShims", "Values"]),
    .target(name: "Journal", dependencies: ["HostSystem", "RunEvents", "Values"]),
    .target(name: "Reporting", dependencies: ["RunEvents", "Values"]),
    .target(name: "Repository", dependencies: ["HostSystem", "BackendKit", "Declarations", "Values"]),
    .target(
      name: "Backends",
      dependencies: [
        "Repository", "HostSystem", "BackendKit", "Declarations", "RunEvents", "Values", "Diagnostics",
      ]),
    .target(name: "CommandLineKit", dependencies: ["Values"]),
    .target(
      name: "Commands",
      dependencies: [
        "CommandLineKit", "Backends", "Repository", "Journal", "Reporting", "Execution", "StepGraph",
        "PlanLoading", "PlanModel", "BackendKit", "Declarations", "RunEvents", "PlanSyntax", "HostSystem",
        "Diagnostics", "Values",
      ]),
    .executableTarget(name: "drplan", dependencies: ["Commands"]),
    .executableTarget(
      name: "drplan-fuzz",
      dependencies: [
        "Backends", "Repository", "StepGraph", "PlanLoading", "PlanSyntax", "Diagnostics", "Values",
      ]),
    .executableTarget(
      name: "OrdersExample", dependencies: ["CSQLite"], path: "examples/orders/Sources/OrdersExample"),

    .target(
      name: "DrplanTestKit",
      dependencies: [
        "PlanModel", "BackendKit", "Declarations", "RunEvents", "HostSystem", "Diagnostics", "Values",
      ],
      path: "Tests/DrplanTestKit"),
    .testTarget(name: "ValuesTests", dependencies: ["Values"]),
    .testTarget(
      name: "DiagnosticsTests",
      dependencies: ["Diagnostics", "DrplanTestKit"], exclude: ["Golden"]),
    .testTarget(
      name: "PlanSyntaxTests",
      dependencies: ["PlanSyntax", "Diagnostics", "DrplanTestKit"], exclude: ["Golden"]),
    .testTarget(
      name: "PlanLoadingTests",
      dependencies: [
        "Backends", "PlanLoading", "StepGraph", "PlanModel", "BackendKit", "Declarations", "RunEvents",
        "PlanSyntax", "Diagnostics", "Values", "DrplanTestKit",
      ]),
    .testTarget(
      name: "StepGraphTests",
      dependencies: [
        "StepGraph", "PlanModel", "BackendKit", "Declarations", "RunEvents", "Diagnostics", "Values",
        "DrplanTestKit",
      ], exclude: ["Golden"]),
    .testTarget(
      name: "ExecutionTests",
      dependencies: [
        "Execution", "StepGraph", "PlanModel", "BackendKit", "Declarations", "RunEvents", "Values",
        "DrplanTestKit",
      ]),
    .testTarget(
      name: "HostSystemTests",
      dependencies: ["HostSystem", "CSystemShims", "Values", "DrplanTestKit"]),
    .testTarget(
      name: "JournalTests",
      dependencies: ["Journal", "HostSystem", "RunEvents", "Values", "DrplanTestKit"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "RunEvents", "Values", "DrplanTestKit"], exclude: ["Golden"]),
    .testTarget(
      name: "RepositoryTests",
      dependencies: ["Repository", "HostSystem", "BackendKit", "Values", "DrplanTestKit"]),
    .testTarget(
      name: "BackendsTests",
      dependencies: [
        "Backends", "Repository", "HostSystem", "BackendKit", "Declarations", "RunEvents", "PlanSyntax",
        "Diagnostics", "Values", "DrplanTestKit",
      ]),
    .testTarget(name: "CommandLineKitTests", dependencies: ["CommandLineKit", "HostSystem"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "drplan", "OrdersExample", "Backends", "BackendKit", "Declarations", "PlanLoading", "HostSystem",
        "Diagnostics", "Values", "DrplanTestKit",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
  ]
}
