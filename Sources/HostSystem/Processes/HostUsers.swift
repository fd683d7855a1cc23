import Glibc

/// The users and groups that this host knows, by name.
public enum HostUsers {
  /// The name of a user; the number as text when it has none.
  public static func name(of user: UInt32) -> String {
    var name: String?
    withRoom { buffer, size in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      let result = getpwuid_r(user, &entry, buffer, size, &found)
      name = found?.pointee.pw_name.map { String(cString: $0) }
      return result
    }
    return name ?? String(user)
  }

  /// Whether there is a user of that name.
  public static func hasUser(_ name: String) -> Bool { primaryGroup(of: name) != nil }

  /// Whether there is a group of that name.
  public static func hasGroup(_ name: String) -> Bool {
    var isFound = false
    withRoom { buffer, size in
      var entry = group()
      var found: UnsafeMutablePointer<group>?
      let result = getgrnam_r(name, &entry, buffer, size, &found)
      isFound = found != nil
      return result
    }
    return isFound
  }

  /// The groups that a user is in, by name, the primary one included; none for an unknown user.
  public static func groups(of user: String) -> Set<String> {
    guard let primary = primaryGroup(of: user) else { return [] }
    var count: Int32 = 64
    while true {
      var groups = [gid_t](repeating: 0, count: Int(count))
      let room = count
      if getgrouplist(user, primary, &groups, &count) >= 0 {
        return Set(groups.prefix(Int(count)).compactMap(groupName))
      }
      // It says how many there are; a system that does not is asked with ever more room, within reason.
      count = max(count, room * 2)
      guard count <= 1 << 16 else { return [] }
    }
  }

  private static func primaryGroup(of user: String) -> gid_t? {
    var number: gid_t?
    withRoom { buffer, size in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      let result = getpwnam_r(user, &entry, buffer, size, &found)
      number = found?.pointee.pw_gid
      return result
    }
    return number
  }

  private static func groupName(_ number: gid_t) -> String? {
    var name: String?
    withRoom { buffer, size in
      var entry = group()
      var found: UnsafeMutablePointer<group>?
      let result = getgrgid_r(number, &entry, buffer, size, &found)
      name = found?.pointee.gr_name.map { String(cString: $0) }
      return result
    }
    return name
  }

  /// Asks with ever more room while the answer does not fit: a group may have thousands of members.
  private static func withRoom(_ ask: (UnsafeMutablePointer<CChar>, Int) -> Int32) {
    var size = 16 << 10
    while size <= 16 << 20 {
      let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
      defer { buffer.deallocate() }
      guard ask(buffer, size) == ERANGE else { return }
      size *= 4
    }
  }
}
