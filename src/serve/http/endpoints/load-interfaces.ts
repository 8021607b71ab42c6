/**
 * Loads what the first request of each interface would load. For servers: connections may have taken all files that a process may open by
 * then, and Node keeps a load that failed.
 */
export async function loadInterfaces(): Promise<void> {
  await Promise.all([
    import("../generate/answer-generate.ts"),
    import("../messages/answer-messages.ts"),
    import("../responses/answer-responses.ts"),
    import("../unpacked.ts"),
  ]);
}
