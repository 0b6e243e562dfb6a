/** What `answer` settles to; rejects where that takes longer than `limitMs`. */
export async function within<Answer>(answer: Promise<Answer>, limitMs: number): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), limitMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
