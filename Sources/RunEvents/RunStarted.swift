public import Values

/// The first event of a run: everything a report needs to know about what was meant to happen.
public struct RunStarted: Sendable, Codable, Equatable {
  /// Version of drplan that ran.
  public var tool: String
  /// Name of the plan.
  public var plan: PlanName
  /// Its title, if it has one.
  public var title: String?
  /// Who owns it, if it says.
  public var owner: String?
  /// Digest of the plan's text as run; the text itself is kept beside the journal as `plan.yaml`.
  public var planDigest: SHA256Digest
  /// The plan's file as given.
  public var planFile: String
  /// Its absolute path: where a resumed run looks for a plan edited since.
  public var planPath: String
  /// Recovery or drill.
  public var mode: RunMode
  /// Values of the parameters in force.
  public var params: [String: String]
  /// When the disaster was declared.
  public var declaredAt: Timestamp
  /// Whether `declaredAt` was given by a person; otherwise it is the plan's start.
  public var declaredGiven: Bool
  /// When the disaster struck.
  public var disruptedAt: Timestamp
  /// Whether `disruptedAt` was given by a person; otherwise it is `declaredAt`.
  public var disruptedGiven: Bool
  /// Recovery time objective in seconds.
  public var rtoSeconds: Double
  /// Recovery point objective in seconds.
  public var rpoSeconds: Double
  /// Maximum tolerable downtime in seconds, if the plan has one.
  public var mtdSeconds: Double?
  /// From which instant the recovery time counts.
  public var measuredFrom: MeasuredFrom
  /// The step whose success stops the clock; nil: nothing verifies, so the time stays unmeasured.
  public var restoredWhen: StepID?
  /// Every step in the plan's order, `finally` last.
  public var steps: [StepOutline]
  /// Operating system user that started the run.
  public var user: String
  /// Host it ran on.
  public var host: String
  /// Process that ran it.
  public var pid: Int32
  /// Boot of the host, so that a dead holder can be told from a reused process id.
  public var bootID: String

  /// All of it.
  public init(
    tool: String, plan: PlanName, title: String?, owner: String?, planDigest: SHA256Digest, planFile: String,
    planPath: String, mode: RunMode, params: [String: String], declaredAt: Timestamp, declaredGiven: Bool,
    disruptedAt: Timestamp,
    disruptedGiven: Bool, rtoSeconds: Double, rpoSeconds: Double, mtdSeconds: Double?,
    measuredFrom: MeasuredFrom,
    restoredWhen: StepID?, steps: [StepOutline], user: String, host: String, pid: Int32, bootID: String
  ) {
    self.tool = tool
    self.plan = plan
    self.title = title
    self.owner = owner
    self.planDigest = planDigest
    self.planFile = planFile
    self.planPath = planPath
    self.mode = mode
    self.params = params
    self.declaredAt = declaredAt
    self.declaredGiven = declaredGiven
    self.disruptedAt = disruptedAt
    self.disruptedGiven = disruptedGiven
    self.rtoSeconds = rtoSeconds
    self.rpoSeconds = rpoSeconds
    self.mtdSeconds = mtdSeconds
    self.measuredFrom = measuredFrom
    self.restoredWhen = restoredWhen
    self.steps = steps
    self.user = user
    self.host = host
    self.pid = pid
    self.bootID = bootID
  }
}

/// One step as the plan declared it.
public struct StepOutline: Sendable, Codable, Equatable {
  /// The step's name.
  public var id: StepID
  /// Its action, `RestoreDatabase`.
  public var action: String
  /// Its title, if it has one.
  public var title: String?
  /// The steps it needs.
  public var needs: [StepID]
  /// What part of a recovery it belongs to.
  public var phase: StepPhase
  /// How long it may take, retries included, in seconds.
  public var timeoutSeconds: Double
  /// First guess of how long it takes, in seconds.
  public var estimateSeconds: Double?
  /// What its failure does to the run.
  public var onFailure: FailurePolicy
  /// Whether it belongs to `finally`.
  public var isFinally: Bool
  /// Databases it restores.
  public var restores: [DatabaseID]
  /// Databases that its required checks read.
  public var verifies: [DatabaseID]
  /// Digest of the step's definition: the same step in another version of the plan has the same digest.
  public var definition: SHA256Digest

  /// All of it.
  public init(
    id: StepID, action: String, title: String?, needs: [StepID], phase: StepPhase, timeoutSeconds: Double,
    estimateSeconds: Double?, onFailure: FailurePolicy, isFinally: Bool, restores: [DatabaseID],
    verifies: [DatabaseID], definition: SHA256Digest
  ) {
    self.id = id
    self.action = action
    self.title = title
    self.needs = needs
    self.phase = phase
    self.timeoutSeconds = timeoutSeconds
    self.estimateSeconds = estimateSeconds
    self.onFailure = onFailure
    self.isFinally = isFinally
    self.restores = restores
    self.verifies = verifies
    self.definition = definition
  }
}
