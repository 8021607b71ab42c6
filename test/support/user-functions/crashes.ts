const events = ["unhandledRejection", "uncaughtException"] as const;

/** Runs `work` and returns what would have ended the process meanwhile, and in the time after it. */
export async function crashesOf(work: () => Promise<void>, afterMs = 50): Promise<readonly unknown[]> {
  const crashes: unknown[] = [];
  const note = (error: unknown) => void crashes.push(error);
  // The test runner listens too, and would report the same once more.
  const others = events.map((event) => process.listeners(event as "uncaughtException"));
  for (const event of events) process.removeAllListeners(event).on(event, note);
  try {
    await work();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
  } finally {
    for (const [index, event] of events.entries()) {
      process.off(event, note);
      for (const listener of others[index] ?? []) process.on(event, listener);
    }
  }
  return crashes;
}
