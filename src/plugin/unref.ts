/** Lets the process end while a timer waits. Outside Node a timer is a number. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
