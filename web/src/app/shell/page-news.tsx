import { useEffect, useState } from "react";
import { useLocation } from "react-router";

// pages set their title when they have loaded what names them
const SETTLED_MS = 300;

/** Tells screen readers which page came up: the app changes pages without the browser saying so. */
export function PageNews() {
  const { pathname } = useLocation();
  const [news, setNews] = useState({ pathname, title: "" });
  useEffect(() => {
    const timer = setTimeout(
      () => setNews((last) => (last.pathname === pathname ? last : { pathname, title: document.title })),
      SETTLED_MS,
    );
    return () => clearTimeout(timer);
  }, [pathname]);
  return (
    <div role="status" className="visually-hidden">
      {news.title}
    </div>
  );
}
