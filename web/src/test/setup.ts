/** Runs before every test file: an English catalogue, and a clean document after each test. */
import "@/strings";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);
