import type { Clock } from "../../contracts/ports/index.ts";
import { unref } from "../../plugin/unref.ts";
import type { RolloutController } from "./rollout-controller.ts";

export interface JudgeTimerOptions {
  readonly controller: Pick<RolloutController, "follow" | "judge">;
  readonly clock: Pick<Clock, "monotonic">;
  /** Longest time between two looks at the book, and between two judgements, in milliseconds. */
  readonly pollMs: number;
  readonly judgeMs: number;
}

/** Looks at a rollout's book from time to time, and judges it. */
export interface JudgeTimer {
  /** Begins, once. Does nothing after `close()`. */
  start(): void;
  /** Judges now. */
  judge(): ReturnType<RolloutController["judge"]>;
  /** Judges if the last time was `ms` ago at least. */
  judgeAfter(ms: number): void;
  close(): void;
}

export function createJudgeTimer({ controller, clock, pollMs, judgeMs }: JudgeTimerOptions): JudgeTimer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let isClosed = false;
  let judgedAt = clock.monotonic();

  const judge = () => {
    judgedAt = clock.monotonic();
    return controller.judge();
  };
  const isDue = (ms: number) => clock.monotonic() - judgedAt >= ms;
  const tick = async (): Promise<void> => {
    if (isDue(judgeMs)) await judge();
    else await controller.follow();
  };
  const later = (): void => {
    if (isClosed) return;
    // Apart, so that a fleet does not ask at one moment; never later than the period.
    timer = setTimeout(() => void tick().then(later, later), pollMs * (0.75 + Math.random() / 4));
    unref(timer);
  };

  return {
    start() {
      if (isStarted || isClosed) return;
      isStarted = true;
      void controller.follow();
      later();
    },
    judge,
    judgeAfter(ms) {
      if (isDue(ms)) void judge();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
