# Installation rules live beside their targets; the package config joins them here.
