/** Returns how the reason of a choice begins that a promise, and not the policy, has made. */
export function promiseReason(id: string): string {
  return `the promise ${id} is `;
}
