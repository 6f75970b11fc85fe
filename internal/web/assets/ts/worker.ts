// Answers for the page that works without network, from what it kept; whatever else is asked goes to the network.
// Nothing that is kept here is about a person.
const worker = self as unknown as { addEventListener(kind: string, heard: (event: any) => void): void };

worker.addEventListener("fetch", (event) => {
  const request: Request = event.request, path = new URL(request.url).pathname;
  if (request.method !== "GET" || !(path === "/field/" || path.startsWith("/assets/"))) return;
  event.respondWith(fetch(request).catch(async () => (await caches.match(path)) ?? Response.error()));
});

export {};
