/** Looks again and again until something is found. @returns it, or null after `seconds` */
export async function until(seconds, look) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}
