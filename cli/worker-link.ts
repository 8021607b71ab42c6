import { type FromWorker, hasField, type ToWorker } from "./worker-messages.ts";

type Asking = Extract<FromWorker, { readonly id: number }>;
type Answer<Name extends string> = Extract<ToWorker, { readonly [One in Name]: unknown }>;

/** The way of a worker to the process that started it. */
export interface WorkerLink {
  send(message: FromWorker): void;
  /** Returns a function that removes the listener. */
  onMessage(listener: (message: ToWorker) => void): () => void;
  /** Sends a question and resolves to the message with its id and this field. Rejects when the time is up, in milliseconds. */
  ask<const Name extends "frame" | "metrics">(
    question: DistributiveOmit<Asking, "id">,
    answer: Name,
    ms: number,
  ): Promise<Answer<Name>>;
}

type DistributiveOmit<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;

/** Makes the link of this process. */
export function workerLink(): WorkerLink {
  let lastId = 0;
  const send = (message: FromWorker): void => {
    // The other process may be gone: this one is then told to end.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  };
  const onMessage = (listener: (message: ToWorker) => void): (() => void) => {
    process.on("message", listener as (message: unknown) => void);
    return () => process.off("message", listener as (message: unknown) => void);
  };
  /** Questions under way. They share one listener: many ask at a time. */
  const asked = new Map<number, (answer: ToWorker) => void>();
  onMessage((message) => {
    if (hasField(message, "id")) asked.get(message.id)?.(message);
  });
  return {
    send,
    onMessage,
    ask(question, answer, ms) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        const end = (then: () => void): void => {
          clearTimeout(timer);
          asked.delete(id);
          then();
        };
        const timer = setTimeout(() => end(() => reject(new Error("no answer in time"))), ms);
        asked.set(id, (message) => {
          if (hasField(message, answer)) end(() => resolve(message as Answer<typeof answer>));
        });
        send({ ...question, id } as FromWorker);
      });
    },
  };
}
