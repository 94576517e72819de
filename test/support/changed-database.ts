import { Client } from 'pg';

/** Does something while another connection has changed or locked the database; the change is rolled back afterwards. */
export async function whileChanged<T>(url: string, sql: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`BEGIN; ${sql}`);
    return await work();
  } finally {
    await client.end();
  }
}
