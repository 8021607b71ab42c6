/** Stretches of time that a page can look back on. */
export const windowNames = ["15m", "1h", "24h", "7d"] as const;
export type WindowName = (typeof windowNames)[number];
