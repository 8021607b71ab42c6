/** A time limit that can be started again, which costs less than another timer. It does not keep the process alive. */
export class Countdown {
  readonly ms: number;
  /** Called when the time is over. */
  run: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, run: () => void) {
    this.ms = ms;
    this.run = run;
    this.#timer = setTimeout(() => this.run(), ms);
    this.#timer.unref?.();
  }

  restart(): void {
    this.#timer.refresh();
  }

  /** Ends it. It must not be started again. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
