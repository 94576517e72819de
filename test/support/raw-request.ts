import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { TestHook } from './test-hook.js';

/**
 * Sends text to a hook on a TLS connection of its own, as it is, and gives what came back.
 *
 * @param finish `abort` leaves before the answer, and waits for the line in the log
 */
export async function sendRaw(hook: TestHook, text: string, finish: 'wait' | 'abort'): Promise<string> {
  const socket = connect({ host: 'localhost', port: Number(new URL(hook.service.url).port), ca: hook.ca });
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => (received += data));
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  socket.write(text);
  if (finish === 'wait') {
    await once(socket, 'close');
    return received;
  }
  const before = hook.logs().length;
  await delay(50);
  socket.destroy();
  await moreLines(hook, before);
  return received;
}

async function moreLines(hook: TestHook, before: number): Promise<void> {
  const limit = performance.now() + 10_000;
  while (hook.logs().length <= before) {
    if (performance.now() > limit) throw new Error('nothing was logged within 10 s');
    await delay(10);
  }
}
