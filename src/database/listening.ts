/** What somebody who listens to the database is told. */
export interface ListeningHandlers {
  /** In the order in which the transactions that sent them were committed. */
  readonly onNotice: (channel: string, payload: string) => void;
  /** Nothing is heard any more. Told once, and not after `close()`. */
  readonly onEnd: () => void;
}

/** A connection that hears the notices of some channels. */
export interface Listening {
  /**
   * Sends a notice, as any other transaction would: whoever listens to the channel hears it, this connection included. Null where
   * the database is in this process, and cannot fall silent.
   */
  readonly send: ((channel: string, payload: string) => Promise<void>) | null;
  /** Lets go of the connection at once, whether the other side answers or not. */
  close(): Promise<void>;
}

/**
 * Opens a connection of its own that listens to some channels, from then on.
 *
 * @throws where that cannot be had within the database's time limit
 */
export type Listen = (channels: readonly string[], handlers: ListeningHandlers) => Promise<Listening>;
