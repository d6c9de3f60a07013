import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { RouterProvider } from "react-router";
import { onSignedOut } from "@/api/client";
import { keys } from "@/api/keys";
import { Toasts } from "@/ui/toast";
import { createQueryClient } from "./query-client";
import { createAppRouter } from "./router";

export function App() {
  const [client] = useState(createQueryClient);
  const [router] = useState(createAppRouter);
  // a 401 from anywhere: the session is read again, and the guard asks for a sign-in
  useEffect(() => onSignedOut(() => void client.invalidateQueries({ queryKey: keys.session })), [client]);
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}
