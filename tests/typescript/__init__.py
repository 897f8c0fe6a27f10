"""Tests of designs in TypeScript."""
