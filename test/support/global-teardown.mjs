export default async function globalTeardown() {
  await globalThis.mintmarkTestServer?.stop();
}
